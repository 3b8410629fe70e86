"""`pgnorm` and `python -m pgnorm.cli`: an interrupt ends it quietly even while it is still loading."""

import signal
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line and exit."""
    interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .main import main

    signal.signal(signal.SIGINT, interrupt)
    main()


if __name__ == "__main__":
    start()
