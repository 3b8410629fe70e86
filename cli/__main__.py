"""`pgnorm` and `python -m pgnorm.cli`: an interrupt ends it quietly even while it is still loading."""

import signal
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line and exit."""
    # Where the shell has it ignored, for a job in the background, it stays so.
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listening:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .main import main

    if listening:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


if __name__ == "__main__":
    start()
