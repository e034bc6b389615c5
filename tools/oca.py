"""OCA's addons that bin/bench compares with: fetched when needed, never part of this checkout."""
import hashlib
import zipfile

from . import common
from .common import PYTHON, Fail, say

# (distribution, version, sha256 of its wheel): the addon, and the addon that it stands on besides Odoo's own
PINS = (
    ("odoo-addon-maintenance_plan", "19.0.1.0.1", "1a8069e1a4da1ceaba2954baf0e664763d3b5b356ed5e76add1f3c46b9dfd3ec"),
    ("odoo-addon-base_maintenance", "19.0.1.0.0.4", "265e9ba1a0c1196bcfeef04fff1dcde6c868ea27032adc9009759985f5d3acf9"),
)
ADDON, VERSION = "maintenance_plan", PINS[0][1]
FIELDSERVICE = (
    ("odoo-addon-fieldservice", "19.0.1.2.3.6", "62cf92377a3765f37d454b9acaa6de5d2226555457131c50ef954f482e19ae25"),
    ("odoo-addon-base_territory", "19.0.1.0.0.8", "944be2f800e3a08b34c732f85b6c2e7152128a8368e6d5f870dfed10b5f0e888"),
)


def addon_of(pins):
    """The addon that pins are for: the name of the first."""
    return pins[0][0].removeprefix("odoo-addon-")


def folder_name(pins=None):
    """Another pin is another folder in the cache."""
    pins = pins or PINS
    return f"oca-{addon_of(pins)}-{pins[0][1]}-{hashlib.sha256(repr(pins).encode()).hexdigest()[:8]}"


def check(wheel, wanted):
    """Refuse a wheel that is not the pinned one."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != wanted:
        raise Fail(f"{wheel.name} is not the file that was expected: its sha256 is {found} and not {wanted}, "
                   "so it is not used.")


def download(name, version, target):
    """The wheel of one pin, by pip as this machine has it set up."""
    code, output = common.run([PYTHON, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                               "--only-binary", ":all:", "--dest", target, f"{name}=={version}"])
    wheels = list(target.glob("*.whl"))
    if code or len(wheels) != 1:
        raise Fail(f"{name} {version} cannot be had ({common.last_line(output, ('ERROR:',))}): "
                   "check the network and run this again.")
    return wheels[0]


def get(pins=None):
    """The folder with OCA's addons of some pins, maintenance_plan's by default; fetched and checked where the cache
    does not have it."""
    pins = pins or PINS
    final = common.cache_dir() / folder_name(pins)
    with common.locked(common.cache_dir() / "lock"):
        if not final.is_dir():
            say(f"Getting OCA's {addon_of(pins)} {pins[0][1]}")
            with common.building(final) as work:
                for name, version, wanted in pins:
                    wheel = download(name, version, work / "wheels" / name)
                    check(wheel, wanted)
                    with zipfile.ZipFile(wheel) as archive:
                        archive.extractall(work)
    return final / "odoo" / "addons"
