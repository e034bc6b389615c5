from . import ir_sequence
from . import res_company
from . import facts_mixin
from . import state_mixin
from . import work_mixin
from . import res_partner
from . import res_config_settings
