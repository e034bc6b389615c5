"""What is known of the stock while parts of orders are reserved and validated in one go: nobody else changes it, since
its rows are locked, and core would ask for the same again at each of its steps."""
from contextlib import contextmanager

from ..common.kept import get_kept, keep
from ..common.locks import keep_locks

WORK = "crm_enova_like.stock_work"    # kept, where there is such work


class StockWork:
    """What one such work has found out."""

    def __init__(self):
        self.locked = set()        # ids of quants
        self.on_hand = {}          # what lies there, see StockQuant._lock_for_issue
        self.covered = set()       # (product id, path of a location) of which that is known
        self.gathered = {}         # what StockQuant._gather has found
        self.moves = set()         # ids of moves whose reordering rules are to be told
        self.is_telling = False    # they are being told
        self.to_number = {}        # ids, in order, of documents that are being validated and have no number yet
        self.ruled = {}            # whether a product has reordering rules, by its id
        self.is_unsure = False     # some of what is named above may not be there any more

    def forget(self):
        """A savepoint was rolled back: locks are gone that were taken in it, and records that were made."""
        self.locked.clear()
        self.ruled.clear()
        self.forget_quants()
        self.is_unsure = True

    def forget_quants(self):
        """Quants came or went, or are in another place."""
        self.gathered.clear()
        self.forget_quantities()

    def forget_quantities(self):
        """Other quantities lie there; what is locked stays so."""
        self.covered.clear()
        self.on_hand.clear()

    def find(self, records):
        """Those of the records, which the work has noted, that are there."""
        return records.exists() if self.is_unsure else records


def get_work(env):
    """The work that is under way, or None."""
    return get_kept(env, WORK)


@contextmanager
def stock_work(env):
    """Reserve and validate in here; work within work is one."""
    if get_work(env):
        yield
        return
    with keep(env, WORK, StockWork()), keep_locks(env):
        yield
        # sudo: reordering rules are told of moves, whoever moves
        env["stock.move"].sudo()._tell_orderpoints()


@contextmanager
def validating_work(env):
    """Validate moves in here: what is refused leaves no document that waits for its number, whoever catches it."""
    with stock_work(env):
        work = get_work(env)
        before = dict(work.to_number)
        try:
            yield
        except BaseException:
            work.to_number = before
            raise
