from . import campaign_wizard
from . import task_wizards
