from . import device_copy_wizard
from . import device_merge_wizard
