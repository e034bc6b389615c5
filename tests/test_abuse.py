"""The hostile calls of bin/bench abuse find what is planted for them; their words and numbers are understood."""
import json
import os
import re

import browser
import pytest

from tools import bench_abuse, common, databases

SCRIPT = """
import sys
sys.path.insert(0, "tests")
import abuse_planted
abuse_planted.run(env)
"""


@pytest.mark.parametrize(("words", "asked"), [
    ("", (0, 18_000, None, [])),
    ("500", (0, 500, None, [])),
    ("2,000 --seed 7", (0, 2000, 7, [])),
    ("--seed 7 --call 41", (41, 1, 7, [])),
    ("50 --seed 3 crm.task. read", (0, 50, 3, ["crm.task.", "read"])),
])
def test_asked(words, asked):
    assert bench_abuse.asked_of(words.split()) == asked


@pytest.mark.parametrize("words", ["0", "--seed", "--seed x", "--call 4", "10 20", "--all", "99999999"])
def test_asked_wrongly(words):
    with pytest.raises(common.Fail, match="give"):
        bench_abuse.asked_of(words.split())


def test_planted(tmp_path):
    """Whatever is wrong is found, with the number by which it is called again; and the honest are left alone."""
    installed = os.environ["ODOO_TEST_DB"]
    result, script = tmp_path / "result.json", tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "BENCH_COUNT": "300", "BENCH_SEED": "5", "BENCH_RESULT": str(result),
                   "BENCH_WORDS": "crm.task.planted_"}
    with browser.copied(installed, f"{installed}_planted") as database, open(script) as stdin:
        databases.odoo("test-abuse-planted", "shell", "-d", database, "--no-http", "--log-level=critical",
                       environment=environment, stdin=stdin)
    faults = json.loads(result.read_text())["faults"]
    found = {}
    for fault in faults:
        method = re.search(r"planted_\w+", fault["call"])
        found.setdefault(method[0] if method else "", []).append(fault)
    assert set(found) == {"planted_error", "planted_statement", "planted_leak", "planted_message", "planted_change",
                          "planted_commit"}
    for method, said in (
            ("error", r"tests/abuse_planted\.py:\d+ TypeError"),
            ("statement", r"tests/abuse_planted\.py:\d+ SyntaxError"),
            ("leak", "tells what .* may not read"), ("message", "tells what .* may not read"),
            ("change", "changes rows that .* may not: crm_task"), ("commit", "committed 1 times, and was refused")):
        assert all(re.search(said, fault["what"]) for fault in found[f"planted_{method}"]), found[f"planted_{method}"]
    assert all(fault["number"] >= 0 for fault in faults)
