"""bin/odoo: Odoo's own command line inside this environment."""
import signal

from . import common, prepare
from .common import PYTHON


def main(arguments):
    with prepare.odoo_environment() as (_source, environment):
        # in our session and with our input, so that `shell` can read from a terminal
        process = common.spawn([PYTHON, "-m", "odoo", *arguments], env=environment, stdin=None,
                               start_new_session=False)
        terminal = common.is_terminal()

        def pass_on(number, _frame):
            # at a terminal, Ctrl-C has reached Odoo already
            if not (terminal and number == signal.SIGINT) and process.poll() is None:
                process.send_signal(number)

        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, pass_on)
        code = process.wait()
    return code if code >= 0 else 128 - code
