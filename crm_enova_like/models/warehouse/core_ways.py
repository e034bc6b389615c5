"""What the guards of RWs and ZWs need to know of core: which of its ways writes, and what a new record is given."""
from contextlib import contextmanager

# in the cursor's cache: how many of core's own ways are on, by which alone moves become done and get their value
CORE_WAYS = "crm_enova_like.core_ways"


@contextmanager
def core_way(env):
    """While core validates moves or values them; no context, since whoever calls from outside may give one."""
    cache = env.cr.cache
    cache[CORE_WAYS] = cache.get(CORE_WAYS, 0) + 1
    try:
        yield
    finally:
        cache[CORE_WAYS] -= 1


def with_defaults(records, vals_list, names):
    """What new records are given for some fields, in their values or as a default from anywhere: list of values."""
    missing = [name for name in names if any(name not in vals for vals in vals_list)]
    defaults = records.default_get(missing) if missing else {}
    return [{**defaults, **vals} for vals in vals_list]


def get_given(records, vals_list, name):
    """The ids that new records are given for a many2one."""
    return {vals[name] for vals in with_defaults(records, vals_list, [name]) if vals.get(name)}
