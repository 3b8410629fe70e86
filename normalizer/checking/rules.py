"""The rules that a project is checked by, in the order in which they are looked at."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..linting.lints import LINTS
from . import numbered
from .behind import BEHIND, DONE
from .chained import CHAIN, EDITED
from .functions import RULE as FUNCTIONS
from .sampled import RULE as SAMPLES
from .squawk import SQUAWK

LOADS: Final = "loads"
HINTS: Final = "hint"
ACCESS: Final = "access"
RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        LOADS: "Postgres takes the schema files, in any order, and the migrations, in theirs, from nothing",
        HINTS: "Hints in comments say something that pgnorm knows, of something that has a name",
        FUNCTIONS: "Function definitions are as Postgres stores them",
        numbered.RULE: "Migrations have one order, and those that others have stand",
        EDITED: "The statements of migrations are those that were proved",
        BEHIND: "The migrations lead to the schema files",
        CHAIN: "Each migration starts from the state that the one before it leads to",
        DONE: "Hints of renames go once the migrations have carried them out",
        SAMPLES: "Sample files have the columns of their tables, and values that these take",
        SQUAWK: "Migrations are in a style that squawk has nothing against, where the settings ask for it",
        **{each.name: f"{each.message[0].upper()}{each.message[1:]}" for each in LINTS},
        ACCESS: "Who may do what is as the committed table says",
    }
)
"""Words for what each of them is about."""
