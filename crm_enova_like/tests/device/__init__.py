from . import test_device
from . import test_device_copy
from . import test_device_corrections
from . import test_device_delivery
from . import test_device_follows
from . import test_device_label
from . import test_device_plans
from . import test_device_repair
