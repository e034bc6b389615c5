from . import absence_wizard
from . import campaign_wizard
from . import task_done_wizard
