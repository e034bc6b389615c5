from . import service_assign_wizard
from . import service_cancel_wizard
from . import service_issue_wizard
from . import service_return_wizard
from . import service_wait_wizard
