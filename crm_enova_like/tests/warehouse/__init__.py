from . import test_warehouse_numbers
from . import test_warehouse_order
from . import test_warehouse_part_demand
from . import test_warehouse_parts
from . import test_warehouse_parts_keeper
from . import test_warehouse_race
from . import test_warehouse_scan
from . import test_warehouse_valuation
