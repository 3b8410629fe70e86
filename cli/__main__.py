"""`pgnorm` and `python -m pgnorm.cli`: a signal ends it quietly even while it is still loading."""

import gc
import os
import signal
import sys
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line and exit."""
    # Where the shell has it ignored, for a job in the background, it stays so.
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listening:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # what a run reads lives to its end: looking for cycles in it finds nothing
    from pgnorm.catalog.interrupts import exit_code, listen

    from .main import main

    listen()
    try:
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
            # All is written and closed by now, and giving the memory back piece by piece takes long.
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # closed by whoever started us
                    stream.flush()
            os._exit(code)
    except KeyboardInterrupt as late:
        os._exit(exit_code(late))


if __name__ == "__main__":
    start()
