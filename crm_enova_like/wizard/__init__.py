from . import common
from . import device
from . import order
from . import warehouse
from . import inspection
from . import relations
