from . import add_devices_line
from . import add_devices_wizard
from . import outcome_wizard
from . import release_wizard
from . import wait_wizard
