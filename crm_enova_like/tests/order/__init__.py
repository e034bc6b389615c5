from . import test_order
from . import test_order_add_devices
from . import test_order_counter
from . import test_order_device
from . import test_order_device_history
from . import test_order_job
from . import test_order_outcome
from . import test_order_overview
