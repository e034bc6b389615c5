from . import device_copy_wizard
