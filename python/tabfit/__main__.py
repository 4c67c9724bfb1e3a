"""Run the command line: `python -m tabfit`."""

import sys

from tabfit.cli.start import main

sys.exit(main())
