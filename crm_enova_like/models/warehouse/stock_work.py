"""What is known of the stock while parts of orders are reserved and validated in one go: nobody else changes it, since
its rows are locked, and core would ask for the same again at each of its steps."""
from contextlib import contextmanager

from ..common.locks import keep_locks

WORK = "crm_enova_like.stock_work"    # in the cursor's cache, where there is such work


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

    def forget_quants(self):
        """Quants came or went, or are in another place."""
        self.gathered.clear()
        self.forget_quantities()

    def forget_quantities(self):
        """Other quantities lie there; what is locked stays so."""
        self.covered.clear()
        self.on_hand.clear()


def get_work(env):
    """The work that is under way, or None."""
    return env.cr.cache.get(WORK)


@contextmanager
def stock_work(env):
    """Reserve and validate in here; work within work is one."""
    cache = env.cr.cache
    if WORK in cache:
        yield
        return
    cache[WORK] = StockWork()
    try:
        with keep_locks(env):
            yield
            # sudo: reordering rules are told of moves, whoever moves
            env["stock.move"].sudo()._tell_orderpoints()
    finally:
        del cache[WORK]
