"""What a piece of work knows while it lasts, by the cursor of its transaction.

Not in the cursor's own cache, which is emptied when a savepoint is rolled back (``Transaction.clear``): core does so in
the middle of our work, where a reordering rule brings nothing, and so does whoever catches a refusal.
"""
from contextlib import contextmanager
from weakref import WeakKeyDictionary

_KEPT = WeakKeyDictionary()    # {cursor: {key: value}}
SURE = "crm_enova_like.sure"    # in the cursor's cache: no savepoint was rolled back since it was set


def get_kept(env, key):
    """What is kept under a key, or None.

    Where a savepoint was rolled back meanwhile, each value that is kept is told so before, by its ``forget()``.
    """
    kept = _KEPT.get(env.cr)
    if not kept:
        return None
    if SURE not in env.cr.cache:
        env.cr.cache[SURE] = True
        for value in kept.values():
            if hasattr(value, "forget"):
                value.forget()
    return kept.get(key)


@contextmanager
def keep(env, key, value):
    """Keep a value under a key; what was kept there before is so again in the end.

    A value that holds what was found out in the database has a method ``forget()``.
    """
    before = get_kept(env, key)
    kept = _KEPT.setdefault(env.cr, {})
    if not kept:
        env.cr.cache[SURE] = True
    kept[key] = value
    try:
        yield value
    finally:
        if before is None:
            kept.pop(key, None)
        else:
            kept[key] = before
