from . import inspection_report
from . import rw_document
