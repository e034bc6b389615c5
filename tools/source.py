"""Where Odoo 19.0 comes from: ODOO_HOME, the Debian package, or a git clone."""
import dataclasses
import hashlib
import os
import re
import shutil
from pathlib import Path

from . import common
from .common import Fail, say

PUBLIC_GIT = "https://github.com/odoo/odoo.git"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Odoo's package links into the others. Its icons are those of Font Awesome 4,
# which sid has no more, so that one comes from the stable suite.
PACKAGES = ("odoo-19", "libjs-jquery", "libjs-underscore", "libjs-jquery-form", "fonts-roboto-unhinted",
            "fonts-font-awesome/trixie")
SUITES = ("sid", "trixie")
# The camera's background blur, left out of the package: its absence is a console error on every page.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class Unavailable(Exception):
    """This way to Odoo is not open here; the text says why."""


@dataclasses.dataclass
class Source:
    path: Path      # the folder that holds the Python package `odoo`
    ident: str      # changes when the source does
    said: str       # for the user

    @property
    def addons(self):
        """Folders of addons beside the package (git layout)."""
        return [folder for folder in (self.path / "addons",) if (folder / "web").is_dir()]


def version_of(path):
    """(19, 0) of a folder that holds the package `odoo`, or None."""
    release = path / "odoo" / "release.py"
    if not release.is_file():
        return None
    found = re.search(r"^version_info\s*=\s*\(\s*(['\"\w~]+)\s*,\s*(\d+)", release.read_text(errors="replace"), re.M)
    if not found:
        return None
    return tuple(int(part) if part.isdigit() else part.strip("'\"") for part in found.groups())


def find_root(folder):
    """The folder with the package `odoo` in a git checkout, a Debian tree or an installed package."""
    folder = Path(folder)
    for candidate in (folder, folder / "usr/lib/python3/dist-packages", folder / "lib/python3/dist-packages",
                      folder / "src", folder.parent if folder.name == "odoo" else folder):
        if (candidate / "odoo" / "release.py").is_file():
            return candidate
    return None


def check(folder):
    """The root of an Odoo 19.0 source, or ValueError with what is wrong."""
    if not Path(folder).is_dir():
        raise ValueError("is not a folder")
    root = find_root(folder)
    if root is None:
        raise ValueError("holds no Odoo source (no odoo/release.py)")
    version = version_of(root)
    if version != (19, 0):
        found = ".".join(map(str, version)) if version else "of unknown version"
        raise ValueError(f"is Odoo {found}, not 19.0")
    if not any((root / addons / "web").is_dir() for addons in ("addons", "odoo/addons")):
        raise ValueError("has no addons (no addons/web)")
    return root


def from_home(home):
    try:
        root = check(Path(home).expanduser())
    except ValueError as error:
        raise Fail(f"ODOO_HOME={home} {error}: name the folder of an Odoo 19.0 source, or unset ODOO_HOME "
                   "to have one fetched.") from None
    root = root.resolve()
    head = ""
    if (root / ".git").exists() and shutil.which("git"):
        head = common.run(["git", "-C", root, "rev-parse", "HEAD"])[1].strip()
    digest = hashlib.sha256((root / "odoo/release.py").read_bytes()).hexdigest()[:12]
    return Source(root, f"{root} {digest} {head}", f"ODOO_HOME ({root})")


def archive_sites():
    """Addresses of the Debian archive that this machine's apt uses, in its order."""
    code, output = common.run(["apt-get", "indextargets", "--format", "$(SITE)|$(ORIGIN)|$(LABEL)"])
    if code:
        raise Unavailable("apt-get does not answer")
    sure, maybe = [], []
    for line in output.splitlines():
        site, origin, label = (line.split("|") + ["", ""])[:3]
        if "://" not in site or "security" in site:
            continue
        if origin == label == "Debian":
            sure.append(site)
        elif origin in ("", "$(ORIGIN)") and site.rstrip("/").endswith("/debian"):
            maybe.append(site)    # apt-get update has not run here yet, so apt does not know
    return list(dict.fromkeys(sure + maybe))


def apt_options(state):
    """An apt of our own: nothing of the machine's apt is read or changed but its proxy settings."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    settings = {
        "Dir::State": state, "Dir::State::lists": state / "lists", "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache", "Dir::Etc::sourcelist": state / "sources.list", "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-", "Dir::Etc::preferencesparts": "-",
        "Acquire::Languages": "none", "APT::Update::Error-Mode": "any", "Acquire::Retries": 2,
    }
    if os.geteuid() == 0:
        settings["APT::Sandbox::User"] = "root"
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def fetch_debian(work):
    """Fill `work` with the unpacked package; return what it is."""
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise Unavailable(f"this system has no {program}")
    if not Path(KEYRING).exists():
        raise Unavailable("the Debian archive's keys are not installed")
    sites = archive_sites()
    if not sites:
        raise Unavailable("apt here does not use the Debian archive")
    state = work / "apt"
    options = apt_options(state)
    for site in sites:
        (state / "sources.list").write_text(
            "".join(f"deb [signed-by={KEYRING}] {site} {suite} main\n" for suite in SUITES))
        code, output = common.run(["apt-get", *options, "update"])
        if code == 0:
            break
    else:
        raise Unavailable("the Debian archive cannot be reached")
    say("  downloading the packages (123 MB)")
    code, output = common.run(["apt-get", *options, "download", *PACKAGES], cwd=state)
    if code:
        raise Unavailable("the Debian archive does not give the packages ("
                          + common.last_line(output, ("E:",)) + ")")
    version = ""
    for package in sorted(state.glob("*.deb")):
        say(f"  unpacking {package.name.split('_')[0]}")
        code, output = common.run(["dpkg-deb", "-x", package, work])
        if code:
            raise Unavailable(f"{package.name} cannot be unpacked ({common.last_line(output)})")
        if package.name.startswith("odoo-19_"):
            version = package.name.split("_")[1]
    shutil.rmtree(state)
    blur = work / "usr/lib/python3/dist-packages/odoo/addons" / LEFT_OUT
    if not blur.exists():
        blur.parent.mkdir(parents=True, exist_ok=True)
        blur.touch()
    return f"Debian package odoo-19 {version}"


def fetch_git(work, url):
    if not shutil.which("git"):
        raise Unavailable("this system has no git")
    address = Path(url).resolve().as_uri() if Path(url).is_dir() else url
    environment = dict(os.environ, GIT_TERMINAL_PROMPT="0")
    target = work / "clone"
    code, output = common.run(["git", "clone", "--quiet", "--depth", "1", "--branch", "19.0", address, target],
                              env=environment)
    if code:
        raise Unavailable("git clone: " + common.last_line(output, ("fatal:", "error:")))
    head = common.run(["git", "-C", target, "rev-parse", "HEAD"])[1].strip()
    for each in target.iterdir():
        each.rename(work / each.name)
    target.rmdir()
    return f"git {head}"


def cached(name, say_how, fetch):
    """The source under this name in the cache, fetched first where it is not there."""
    final = common.cache_dir() / name
    with common.locked(common.cache_dir() / "lock"):
        if not (final / "SOURCE").is_file():
            say(say_how)
            common.check_disk(common.cache_dir())
            with common.building(final) as work:
                ident = fetch(work)
                try:
                    check(work)
                except ValueError as error:
                    raise Unavailable(f"what came {error}") from None
                (work / "SOURCE").write_text(ident + "\n")
        ident = (final / "SOURCE").read_text().strip()
    return Source(check(final), ident, ident)


def get():
    home, git = os.environ.get("ODOO_HOME"), os.environ.get("ODOO_GIT")
    if home:
        return from_home(home)
    reasons = []
    url = git or PUBLIC_GIT
    name = "odoo-19.0-git-" + hashlib.sha256(url.encode()).hexdigest()[:10]
    if not git and not (common.cache_dir() / name / "SOURCE").is_file():
        try:
            return cached("odoo-19.0-debian", "Getting Odoo 19.0 from the Debian archive", fetch_debian)
        except Unavailable as error:
            reasons.append(f"as a Debian package: {error}")
    try:
        return cached(name, f"Getting Odoo 19.0 from {url}", lambda work: fetch_git(work, url))
    except Unavailable as error:
        reasons.append(f"from {url}: {error}")
    raise Fail("Odoo 19.0 cannot be had (" + "; ".join(reasons) + "): check the network, or set ODOO_HOME to "
               "the folder of an Odoo 19.0 source, or ODOO_GIT to a repository with a branch 19.0.")
