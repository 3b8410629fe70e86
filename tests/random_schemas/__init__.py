"""Random schemas over many kinds and random changes of them: valid by construction, with rows that all allow."""

from collections.abc import Mapping

from attrs import frozen

from .apart import default_privileges, make_others
from .choosing import Choices, Draw
from .on_tables import make_parts
from .routines import make_routines
from .rows import inserted, kept
from .state import State
from .tables import make_tables
from .types import make_types
from .views import make_views

__all__ = ["Change", "Draw", "change"]


@frozen
class Change:
    """Two states, and the rows of both."""

    old: State
    new: State
    answers: tuple[Mapping[str, str], Mapping[str, str]]

    def rows(self, backwards: bool = False) -> list[str]:
        """Statements that fill the tables of the state that a plan begins with."""
        start, goal = (self.new, self.old) if backwards else (self.old, self.new)
        return list(inserted(start, goal))

    @property
    def kept(self) -> list[str]:
        """Queries whose answers no plan between the two may change."""
        return list(kept(self.old, self.new))


def change(draw: Draw, major: int) -> Change:
    """Two random states of which the second has most from the first."""
    before = Choices(draw, major)
    old = _state(before)
    after = Choices(draw, major, before.answers)
    return Change(old, _state(after), (before.answers, after.answers))


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
