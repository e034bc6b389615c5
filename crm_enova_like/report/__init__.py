from . import warehouse
from . import inspection
