"""What the guards of RWs and ZWs need to know of core: which of its ways writes, and what a new record is given."""
from ..common.defaults import with_defaults
from ..common.kept import get_kept, keep

# kept while one of core's own ways is on, by which alone moves become done and get their value
CORE_WAY = "crm_enova_like.core_way"
# kept while documents are validated: their ids, as a frozenset
VALIDATED = "crm_enova_like.validated"


def core_way(env):
    """While core validates moves or values them; no context, since whoever calls from outside may give one."""
    return keep(env, CORE_WAY, True)


def is_core_way(env):
    """Whether core itself is at work."""
    return bool(get_kept(env, CORE_WAY))


def validating(pickings):
    """While core validates these documents, which it dates more than once."""
    return keep(pickings.env, VALIDATED, frozenset(pickings.ids) | (get_kept(pickings.env, VALIDATED) or frozenset()))


def is_validated_now(picking):
    """Whether one document is just being validated."""
    return picking.id in (get_kept(picking.env, VALIDATED) or ())


def get_given(records, vals_list, name):
    """The ids that new records are given for a many2one."""
    return {vals[name] for vals in with_defaults(records, vals_list, [name]) if vals.get(name)}
