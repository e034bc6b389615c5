from . import absence_wizard
from . import campaign_wizard
from . import consent_wizard
from . import project_close_wizard
from . import task_done_wizard
