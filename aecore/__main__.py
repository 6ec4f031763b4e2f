"""`python -m aecore`: see cli.py."""

import sys

from aecore.cli import main

if __name__ == "__main__":
    sys.exit(main())
