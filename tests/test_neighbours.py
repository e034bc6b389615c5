"""Odoo's own apps beside ours: an order, an inspection and a task as ever, and each of the apps where it meets us."""
import json
import os

import pytest
from browser import copied, setting
from neighbour_kits import KITS
from neighbour_stories import STORIES

from tools import common, databases

APPS = ("mrp", "product_expiry", "purchase", "base_automation", "sale_management", "hr_timesheet")

# what was told is what is looked at
SCRIPT = STORIES + KITS + """

env.cr.rollback()
print("FACTS " + json.dumps(stories))
"""


@pytest.fixture(scope="module")
def stories():
    """What each story told, in a copy of the base database where all the apps are."""
    environment = dict(os.environ)
    path = common.LOGS / "test-neighbours.py"
    path.write_text(SCRIPT)
    with copied(setting("ODOO_TEST_DB"), f"{setting('ODOO_TEST_DB')}_neighbours") as database:
        databases.odoo("test-neighbours-install", "-d", database, "-i", ",".join(APPS), "--stop-after-init",
                       "--no-http", environment=environment)
        with open(path) as source:
            databases.odoo("test-neighbours", "shell", "-d", database, "--no-http", environment=environment,
                           stdin=source)
    output = (common.LOGS / "test-neighbours.log").read_text()
    told = [line for line in output.splitlines() if "FACTS " in line]
    assert told, output[-4000:]
    return json.loads(told[-1].partition("FACTS ")[2])


def test_an_order_from_the_counter_to_its_end(stories):
    assert stories["order"] == {
        "state": "done", "issued": [2, 1, 1], "left": [4, 4], "cost": 14, "outcome": "repaired",
        "documents": ["rw", "zw"]}


def test_an_inspection_with_its_protocol(stories):
    told = stories["inspection"]
    assert (told.get("states"), told.get("result"), told.get("order"), told.get("next")) == (
        ["planned", "ordered", "done"], "passed", "done", True), told
    assert told["protocol"].startswith("NB/"), told


def test_a_task_that_recurs(stories):
    assert stories["task"] == {
        "state": "done", "event": ["Looked at it"], "next": ["7 days, 0:00:00"], "open": ["open"]}


def test_an_automation_rule_fires_once_by_a_button(stories):
    assert stories["automation"] == {"said": [0, 1, 1], "state": "done"}


def test_a_technician_issues_no_lot_that_has_expired(stories):
    told = stories["expired_lot"]
    assert "error" not in told, told
    days = told["days"]
    for lot, word in (("OLD-7", "expired on"), ("REMOVE-8", "was to leave the stock by")):
        for door, sentence in told["told"][lot].items():
            assert sentence, (lot, door)
            assert all(part in sentence for part in ("Refrigerant oil", lot, word, days[lot])), (sentence, days[lot])
    fresh = told["told"]["FRESH-9"]
    assert fresh["screen"] is None, fresh
    assert "FRESH-9" in fresh["later"] and "expired on" in fresh["later"], fresh
    assert told["left"] == 14
    assert told["keeper"] == "expiry.picking.confirmation", "whoever validates by hand is asked by core"


def test_a_project_that_is_billed_on_bills_nothing_twice(stories):
    told = stories["reinvoicing"]
    assert "error" not in told, told
    assert told["project"] and told["documents"] == ["done", "done"], told
    assert told["cost"] == 2 * 12 + 3 * 7 and told["left"] == [7, 6], told
    assert told["rw"] == [1, 500], "an RW is billed by its order, not by the project's sale"
    assert told["zw"] == [1, 500] and told["billed"] == 500, "nor is a ZW"
    assert told["analytic"] == -told["cost"], "the parts are a cost of the project, less what came back"


def test_a_kit_is_issued_by_its_components(stories):
    told = stories["kits"]
    assert not told["error"], told
    assert told["issued"] == [2, 1] and told["to_issue"] == [0, 0], told
    assert told["cost"] == [26, 3] and told["left"] == [8, 2, 9], told
    assert "has issued and expensed Gasket already" in told["component"], told
    sentences = told["told"]
    for name in ("kit sold", "kit billed"):
        for part in ("Gasket", "Screw set"):
            assert f"has issued and expensed {part} already" in sentences[name], (name, sentences)
    assert "has issued and expensed Gasket already" in sentences["kit of a component sold"], sentences
    assert "Screw set" not in sentences["kit of a component sold"], sentences
    for name, part in (("component after a kit", "Gasket"), ("kit after a kit", "Screw set"),
                       ("component after a billed kit", "Screw set")):
        assert f"{part} is delivered or billed by" in sentences[name], (name, sentences)
    for name in ("kit of others sold", "kit of others", "another kit", "another kit billed"):
        assert sentences[name] is None, (name, sentences)


# each row of a story of one kit: issued, returned, still planned, cost, and what is out of the stock of gasket, screw,
# clip, and the kit itself

def test_a_kit_and_the_product_itself_on_one_line(stories):
    assert stories["kit_and_product"] == [
        [2, 0, 0, 26, [2, 8, 0, 0]], [3, 0, 0, 56, [2, 8, 0, 1]], [3, 1, 0, 26, [2, 8, 0, 0]],
        [3, 3, 0, 0, [0, 0, 0, 0]]]


def test_a_kit_that_is_made_of_something_else_between_two_issues(stories):
    assert stories["kit_changed"] == [
        [2, 0, 0, 26, [2, 8, 0, 0]], [3, 0, 0, 33, [3, 8, 2, 0]], [3, 1, 0, 26, [2, 8, 0, 0]],
        [3, 2, 0, 13, [1, 4, 0, 0]], [3, 3, 0, 0, [0, 0, 0, 0]]]
    assert stories["kit_of_more"] == [
        [2, 0, 0, 20, [4, 0, 0, 0]], [3, 0, 0, 35, [7, 0, 0, 0]], [3, 2, 0, 10, [2, 0, 0, 0]],
        [3, 3, 0, 0, [0, 0, 0, 0]]]


def test_a_product_that_became_a_kit_comes_back_as_it_went(stories):
    assert stories["became_a_kit"] == [
        [2, 0, 0, 60, [0, 0, 0, 2]], [5, 0, 0, 99, [3, 12, 0, 2]], [5, 1, 0, 69, [3, 12, 0, 1]],
        [5, 2, 0, 56, [2, 8, 0, 1]], [5, 5, 0, 0, [0, 0, 0, 0]]]


def test_a_kit_comes_back_in_pieces(stories):
    assert stories["kit_back_in_pieces"] == [
        [3, 0, 0, 34, [2, 12, 0, 0]], [3, 1, 0, 26, [2, 8, 0, 0]], [3, 1, 0, 22, [2, 6, 0, 0]],
        [3, 2, 0, 13, [1, 4, 0, 0]], [3, 3, 0, 0, [0, 0, 0, 0]]]


def test_a_kit_is_issued_in_pieces(stories):
    assert stories["kit_issued_in_pieces"] == [
        [0, 0, 2, 0, [0, 0, 0, 0]], [[2, 2, False]], [1, 0, 1, 18, [2, 4, 0, 0]], [2, 0, 0, 26, [2, 8, 0, 0]],
        [2, 2, 0, 0, [0, 0, 0, 0]]], "what is reserved is not needed"
    assert stories["kit_with_one_more"] == [
        [2, 0, 0, 31, [3, 8, 0, 0]], [2, 1, 0, 18, [2, 4, 0, 0]], [2, 2, 0, 0, [0, 0, 0, 0]]]


def test_a_kit_of_which_a_part_is_missing(stories):
    """The rest of it is asked for before another one, and what is out of it comes back."""
    assert stories["kit_incomplete"] == [
        [0, 0, 2, 10, [2, 0, 0, 0]], [3, 0, 0, 39, [3, 12, 0, 0]], [3, 3, 0, 0, [0, 0, 0, 0]]]
    assert stories["kit_lowered"] == [
        [0, 0, 1, 15, [3, 0, 0, 0]], [1, 0, 0, 23, [3, 4, 0, 0]], [1, 1, 0, 0, [0, 0, 0, 0]]]
    told = stories["kit_half_out"]
    assert "has issued and expensed Gasket already" in told.pop("bill")
    assert told == {"told": [0, 0, 0, 0, [0, 0, 0, 0]], "state": "cancelled", "needed": [[3, 0, False]],
                    "documents": ["cancel", "done", "done"]}


def test_what_is_out_of_a_kit_keeps_its_line(stories):
    told = stories["kit_component_out"]
    assert "its product and unit stay" in told["product"], told
    assert "Return it instead of deleting the line" in told["deleted"], told
    assert "has issued parts and stays in the history" in told["device deleted"], told
    assert told["dropped"] == [0, 0, 0, 10, [2, 0, 0, 0], 0, 10]
    assert told["back"] == [0, 0, 0, 0, [0, 0, 0, 0]] and told["free"] is None, told


def test_a_kit_comes_back_while_others_wait(stories):
    """It brings its own share, and those that are completed keep theirs."""
    assert stories["kit_back_while_others_wait"] == [
        [1, 0, 2, 23, [3, 4, 0, 0]], [1, 1, 2, 10, [2, 0, 0, 0]], [3, 1, 0, 26, [2, 8, 0, 0]],
        [3, 2, 0, 13, [1, 4, 0, 0]], [3, 3, 0, 0, [0, 0, 0, 0]]]
    told = stories["kit_back_and_the_others_cancelled"]
    assert told[0] == [1, 1, 2, 10, [2, 0, 0, 0]] and told[1][-2:] == [0, [0, 0, 0, 0]], told


def test_a_kit_that_was_issued_in_part_is_completed(stories):
    assert stories["kit_completed"] == [
        [1, 0, 2, 23, [3, 4, 0, 0]], [3, 0, 0, 39, [3, 12, 0, 0]], [4, 0, 0, 52, [4, 16, 0, 0]],
        [4, 1, 0, 39, [3, 12, 0, 0]], [4, 4, 0, 0, [0, 0, 0, 0]]]
    assert stories["kit_completed_by_the_last"] == [[["Screw", 8, 7]], True, [3, 0, 0, 39]], "no gasket is short"


def test_a_kit_that_the_keeper_adds_is_planned_once(stories):
    """The plan, and then issued, returned, still planned, cost, and what is out."""
    waits, done = [2, 0, 0, 2, 0, [0, 0, 0, 0]], [2, 2, 0, 0, 26, [2, 8, 0, 0]]
    assert stories["kit_added_by_the_keeper"] == [waits, waits, done]
    assert stories["kit_added_without_a_plan"] == [waits, done]
    assert stories["kit_added_in_part"] == [[2, 1, 0, 1, 13, [1, 4, 0, 0]], done]


def test_a_kit_that_is_validated_is_what_it_says(stories):
    assert stories["kit_raised_by_the_keeper"] == {"told": [3, 0, 0, 39, [3, 12, 0, 0]], "documents": ["done"]}
    assert stories["kit_out_again"] == {
        "told": [[4, 2, 0, 26, [2, 8, 0, 0]], [4, 4, 0, 0, [0, 0, 0, 0]]],
        "documents": [["rw", "done"], ["rw", "done"], ["zw", "done"], ["zw", "done"]]}


def test_components_on_a_hand_made_zw(stories):
    told = stories["kit_by_hand"]
    assert told["told"] == [
        [2, 0, 0, 37, [5, 0, 0, 0]], [2, 1.5, 0, 5, [1, 0, 0, 0]], [2, 2, 0, 0, [0, 0, 0, 0]]]
    assert "6 pcs of Gasket cannot be returned" in told["too_much"] and "has only 5 issued" in told["too_much"]
    assert "no Gasket of order" in told["again"]
