"""OCA's maintenance_plan, which bin/bench compares with: fetched when needed, never part of this checkout."""
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


def folder_name():
    """Another pin is another folder in the cache."""
    return f"oca-{ADDON}-{VERSION}-{hashlib.sha256(repr(PINS).encode()).hexdigest()[:8]}"


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


def get():
    """The folder with OCA's addons; fetched and checked where the cache does not have it."""
    final = common.cache_dir() / folder_name()
    with common.locked(common.cache_dir() / "lock"):
        if not final.is_dir():
            say(f"Getting OCA's {ADDON} {VERSION}")
            with common.building(final) as work:
                for name, version, wanted in PINS:
                    wheel = download(name, version, work / "wheels" / name)
                    check(wheel, wanted)
                    with zipfile.ZipFile(wheel) as archive:
                        archive.extractall(work)
    return final / "odoo" / "addons"
