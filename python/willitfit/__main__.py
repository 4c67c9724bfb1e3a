"""Run the command line: `python -m willitfit`."""

import sys

from willitfit.cli import main

sys.exit(main())
