"""`python -m pgnorm`."""

from pgnorm.cli.__main__ import start

if __name__ == "__main__":
    start()
