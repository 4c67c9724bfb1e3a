"""Run the command line: `python -m willitfit`."""

import sys

from willitfit.start import main

sys.exit(main())
