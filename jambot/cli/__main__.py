"""`python -m jambot.cli`, for where the script is not on the path."""

import sys

from jambot.cli.main import main

sys.exit(main())
