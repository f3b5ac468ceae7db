"""`python -m vcto`: the same as the command `vcto`."""

import sys

from .cli import main

sys.exit(main())
