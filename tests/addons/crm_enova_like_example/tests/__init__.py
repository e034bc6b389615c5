from . import test_example_doors
from . import test_example_extensions
