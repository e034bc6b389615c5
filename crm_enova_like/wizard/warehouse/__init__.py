from . import cancel_wizard
from . import issue_wizard
from . import limit_wizard
from . import return_wizard
from . import stock_return_picking
from . import product_replenish
