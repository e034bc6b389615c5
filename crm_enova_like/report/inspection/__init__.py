from . import inspection_report
