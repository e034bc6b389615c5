from .firm import InspectionCommon, ServiceCommon
from .plans import Plan, PlanCase
from . import test_common_assignment
from . import test_common_company
from . import test_common_given
from . import test_common_named
from . import test_common_number_rules
from . import test_common_numbering
from . import test_common_partner
from . import test_common_phones
from . import test_common_rollup
from . import test_common_rows
from . import test_common_turn
from . import test_common_working_days
from . import test_common_values
