"""The command line: ``solvable``, and ``python -m solvable``."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command line of the process and returns its exit code."""
    # The program has handlers of its own; those of Python would run after it.
    for name in ("SIGINT", "SIGPIPE"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    return _native.main(["solvable", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
