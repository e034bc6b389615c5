from . import assign_wizard
from . import correction_wizard
