"""`python -m pgnorm.cli`."""

from .main import main

main()
