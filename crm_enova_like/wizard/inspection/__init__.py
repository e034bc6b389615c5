from . import absent_wizard
from . import visit_wizard
