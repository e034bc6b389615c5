"""The clients of the benchmark of load: people in one process, each a thread that waits most of the time.

Nobody stops to think. Each person first plays one order unmeasured, then orders until the time is over and the last
one is done, and goes on until everybody has come so far; so all that is measured is whole orders under a full load.

Run as ``python -m bench.load_client PLAN``: the plan is a file of JSON, the figures go to standard output.
"""
import contextlib
import http.client
import json
import sys
import threading
import time
from collections import deque
from pathlib import Path

TIMEOUT = 600
LIMIT, COUNT_LIMIT = 80, 10_001    # of the web client's lists
EVERY = 5    # of so many orders, one takes the part that all take


class Refused(Exception):
    """What a person would see in place of an answer."""


class Queue:
    """What a proxy before the workers does: so many requests at a time, the others wait for their turn."""

    def __init__(self, at_once):
        self.free, self.waiting, self.lock = at_once, deque(), threading.Lock()

    def __enter__(self):
        with self.lock:
            if self.free:
                self.free -= 1
                return
            turn = threading.Event()
            self.waiting.append(turn)
        turn.wait()

    def __exit__(self, *_error):
        with self.lock:
            if self.waiting:
                self.waiting.popleft().set()
            else:
                self.free += 1


class Person:
    """One person's session, and what has been asked in it."""

    def __init__(self, plan, who, queue=None):
        self.queue = queue or contextlib.nullcontext()
        self.plan, self.who, self.cookie = plan, who, who.get("cookie")
        self.connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=TIMEOUT)
        self.steps, self.errors, self.played = [], [], 0

    def exchange(self, path, asked, headers):
        """One request on the connection: its answer and what is in it."""
        with self.queue:
            self.connection.request("POST", path, asked, headers)
            answer = self.connection.getresponse()
            return answer, answer.read()

    def post(self, path, **params):
        headers = {"Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        asked = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        try:
            try:
                answer, body = self.exchange(path, asked, headers)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # a connection that the server had closed meanwhile: a browser opens another one, too
                self.connection.close()
                answer, body = self.exchange(path, asked, headers)
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise Refused(f"no answer: {error!r}") from None
        if answer.status != 200:
            raise Refused(f"HTTP {answer.status}")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("session_id="):
                self.cookie = value.partition(";")[0]
        told = json.loads(body)
        if "error" in told:
            data = told["error"].get("data") or {}
            raise Refused(f"{data.get('name')}: {data.get('message')}"[:300])
        return told["result"]

    def authenticate(self):
        self.post("/web/session/authenticate", db=self.plan["database"], login=self.who["login"],
                  password=self.who["password"])

    def ask(self, step, model, method, ids=(), kind="kw", **kwargs):
        """One request of a screen; its time goes to the step."""
        start = time.perf_counter()
        try:
            return self.post(
                f"/web/dataset/call_{kind}/{model}/{method}", model=model, method=method,
                args=[list(ids)] if ids or method in ("web_save", "web_read") else [],
                kwargs={"context": self.who["context"], **kwargs})
        except Refused as error:
            self.errors.append(f"{step}: {error}")
            raise
        finally:
            self.steps.append((step, time.perf_counter() - start))

    def play(self, side):
        """One order from the list to its end; whether it came there."""
        self.played += 1
        try:
            SIDES[side](self).play()
        except Refused:
            return False
        return True


class Screens:
    """An order's life in the screens of one side."""

    model = domain = None

    def __init__(self, person):
        self.person, self.who = person, person.who
        self.asked = person.plan["screens"][self.who["kind"]][self.model]
        number = person.played
        # not everybody takes it at the same time
        self.part_id = person.plan["common_id"] if (number + self.who["number"]) % EVERY == 0 else self.who["part_id"]
        self.device_id = self.who["device_ids"][number % len(self.who["device_ids"])]

    def list(self):
        self.person.ask("list", self.model, "web_search_read", domain=self.domain, specification=self.asked["list"],
                        offset=0, order="", limit=LIMIT, count_limit=COUNT_LIMIT)

    def save(self, step, ids, vals):
        [record] = self.person.ask(step, self.model, "web_save", ids, vals=vals, specification=self.asked["form"])
        return record

    def read(self, record):
        [record] = self.person.ask("form", self.model, "web_read", [record["id"]], specification=self.asked["form"])
        return record

    def press(self, step, record, method):
        """A button, and what the form reads after it."""
        told = self.person.ask(step, self.model, method, [record["id"]], kind="button")
        if isinstance(told, dict) and told.get("res_model"):
            self.person.errors.append(f"{step}: asked by {told['res_model']}")
            raise Refused
        return self.read(record)

    def check(self, record):
        if record["state"] != "done":
            self.person.errors.append(f"end: it is {record['state']}")
            raise Refused


class Ours(Screens):
    model, domain = "crm.service.order", [["is_open", "=", True]]

    def play(self):
        self.list()
        order = self.save("create", (), {
            "partner_id": self.who["partner_id"],
            "device_line_ids": [[0, "virtual_1", {"device_id": self.device_id, "fault": "nie drukuje"}]],
            "line_ids": [[0, "virtual_2", {"kind": "part", "product_id": self.part_id, "quantity": 1}]],
        })
        order = self.press("start", order, "action_start")
        order = self.press("issue", order, "action_issue_parts_screen")
        self.check(self.press("end", order, "action_done_repaired"))


class Repairs(Screens):
    model, domain = "repair.order", []

    def play(self):
        self.list()
        repair = self.save("create", (), {
            "partner_id": self.who["partner_id"], "product_id": self.who["machine_id"],
            "move_ids": [[0, "virtual_1", {
                "repair_line_type": "add", "product_id": self.part_id, "product_uom_qty": 1}]],
        })
        repair = self.press("validate", repair, "action_validate")
        repair = self.press("start", repair, "action_repair_start")
        moves = [[1, move["id"], {"quantity": 1, "picked": True}] for move in repair["move_ids"]]
        repair = self.save("quantity", [repair["id"]], {"move_ids": moves})
        self.check(self.press("end", repair, "action_repair_end"))


SIDES = {"ours": Ours, "repairs": Repairs}


class Crowd:
    """All people at work on one side."""

    def __init__(self, plan):
        self.plan, self.side = plan, plan["side"]
        # without a proxy the system turns away whom the workers' queue of connections has no place for, and lets him
        # try again after seconds
        queue = Queue(plan["at_once"]) if plan["at_once"] else None
        self.people = [Person(plan, who, queue) for who in plan["people"][:plan["users"]]]
        self.busy, self.lock, self.over = len(self.people), threading.Lock(), threading.Event()
        self.rates, self.done = [], 0

    def work(self, person):
        person.play(self.side)
        warm, start, done = (len(person.steps), len(person.errors)), time.perf_counter(), 0
        while time.perf_counter() - start < self.plan["seconds"]:
            done += person.play(self.side)
        elapsed, measured = time.perf_counter() - start, len(person.steps)
        with self.lock:
            self.rates.append(done / elapsed)
            self.done += done
            self.busy -= 1
            if not self.busy:
                self.over.set()
        while not self.over.is_set():
            person.play(self.side)
        person.steps = person.steps[warm[0]:measured]

    def thread(self, person):
        try:
            self.work(person)
        except BaseException as error:
            person.errors.append(f"client: {error!r}")
            self.over.set()
            raise

    def play(self):
        threads = [threading.Thread(target=self.thread, args=(person,)) for person in self.people]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        steps = {}
        for person in self.people:
            for step, seconds in person.steps:
                steps.setdefault(step, []).append(seconds * 1000)
        return {
            "rate": sum(self.rates), "done": self.done, "steps": steps,
            # those of the unmeasured orders, too: they were shown
            "errors": [error for person in self.people for error in person.errors],
            "played": sum(person.played for person in self.people)}


def begin(plan):
    """Everybody comes in, and the first plays an order of each side, so that the server knows its models and views.

    :return: {"cookies": of each person, "errors": what was shown}
    """
    people = [Person(plan, who) for who in plan["people"]]
    for person in people:
        if not person.cookie:
            person.authenticate()
    for side in SIDES:
        for _worker in range(plan["warm"]):
            people[0].play(side)
    return {"cookies": [person.cookie for person in people], "errors": people[0].errors}


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text())
    json.dump(Crowd(told).play() if told.get("side") else begin(told), sys.stdout)
