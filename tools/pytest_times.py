"""A plugin of pytest for bin/test: honest times, also where a test stops the clock, and a note of them for the end."""
import json
import os
from pathlib import Path

import freezegun

# pytest takes the time of setups and tests itself; in a frozen test it would read the frozen clock
freezegun.configure(extend_ignore_list=["_pytest.timing"])


class Times:
    """Seconds that each test took with its set-up and its end."""

    def __init__(self, target):
        self.target, self.seconds = Path(target), {}

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration

    def pytest_sessionfinish(self):
        self.target.write_text(json.dumps(self.seconds))


def pytest_configure(config):
    target = os.environ.get("TEST_TIMES")
    if target and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Times(target), "times")
