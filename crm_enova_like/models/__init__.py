"""The wings, lowest first. The order is the law: a wing calls only wings below it, and what it adds to a model of
another wing stands in its own folder, under that model's name. `tools/gate.py` holds the code to it.

common      knows nothing of service: states, work handed over, locks, numbers, window actions, a contractor's numbers
device      the device card, its type and model, its numbers, label and copies; the cards of delivered serial numbers
order       the service order, its stages, devices and lines, hand-over and release; no word of stock
warehouse   RW and ZW: parts reserved, issued, returned, asked for, scanned
inspection  regimes, plans, planned inspections, their checklists, protocols and notices
relations   tasks, events, projects, campaigns, calendar, linked documents, my tasks, the timeline
"""
from . import common
from . import device
from . import order
from . import warehouse
from . import inspection
from . import relations
