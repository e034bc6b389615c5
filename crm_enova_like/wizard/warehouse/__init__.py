from . import cancel_wizard
from . import issue_wizard
from . import return_wizard
from . import product_replenish
