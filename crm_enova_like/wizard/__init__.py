from . import crm_task_wizards
from . import service_assign_wizard
from . import service_cancel_wizard
from . import service_inspection_absent_wizard
from . import service_inspection_visit_wizard
from . import service_issue_wizard
from . import service_return_wizard
from . import service_wait_wizard
