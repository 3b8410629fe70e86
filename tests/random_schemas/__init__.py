"""Random schemas over many kinds and random changes of them: valid by construction, with rows that all allow."""

from .apart import default_privileges, make_others
from .cases import Case, reduced, text
from .choosing import Choices, Draw
from .on_tables import make_parts
from .routines import make_routines
from .state import State
from .tables import make_tables
from .types import make_types
from .views import make_views

__all__ = ["Case", "changed", "reduced", "text"]


def changed(draw: Draw, major: int) -> tuple[State, State]:
    """Two random states of which the second has most from the first."""
    before = Choices(draw, major)
    old = _state(before)
    return old, _state(Choices(draw, major, before.answers))


def _state(c: Choices) -> State:
    state = State(c.major)
    early = c.flag("default privileges: early", 3)
    state.add(*(default_privileges(c) if early else ()))
    make_types(c, state)
    make_routines(c, state)
    make_tables(c, state)
    make_parts(c, state)
    make_views(c, state)
    make_others(c, state)
    state.add(*(default_privileges(c) if not early else ()))
    return state
