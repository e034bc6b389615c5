from . import add_devices_line
from . import add_devices_wizard
from . import outcome_wizard
from . import release_wizard
from . import wait_wizard
from . import limit_wizard
from . import labour_wizard
from . import unworked_wizard
