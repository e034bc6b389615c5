"""Entry of every command in bin/: `python tools COMMAND ARGUMENTS`."""
import errno
import importlib
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools import common  # noqa: E402

COMMANDS = {"demo": "demo", "test": "testing", "odoo": "odoo_cli", "lint": "lint", "bench": "bench"}


def main(argv):
    module = importlib.import_module("tools." + COMMANDS[argv[0]])
    common.handle_signals()
    try:
        return module.main(argv[1:])
    except common.Fail as fail:
        print(fail, file=sys.stderr)
        return 1
    except common.Stopped as stopped:
        print("Stopped.", file=sys.stderr)
        return 128 + stopped.number
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            print(f"The disk is full ({error.filename or 'while writing'}): free some space and run this again.",
                  file=sys.stderr)
            return 1
        if isinstance(error, PermissionError):
            print(f"No right to write {error.filename}: run this as the owner of that folder.", file=sys.stderr)
            return 1
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
