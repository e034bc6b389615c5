from . import ir_sequence
from . import res_company
from . import state_mixin
from . import performer_mixin
from . import work_mixin
from . import source_view
from . import res_partner
