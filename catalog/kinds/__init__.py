"""The one list of kinds. To add a kind: a module here, a line in `KINDS`, a folder of fixtures."""

from typing import Final

from ..model import Object
from .functions import Function, Procedure
from .policies import Policy
from .row_security import RowSecurity

KINDS: Final[tuple[type[Object], ...]] = (
    Function,
    Procedure,
    RowSecurity,
    Policy,
)
