from . import absent_wizard
from . import device_copy_wizard
from . import outcome_wizard
from . import visit_wizard
