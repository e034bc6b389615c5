from . import absent_wizard
from . import device_copy_wizard
from . import follow_up_wizard
from . import outcome_wizard
from . import visit_wizard
