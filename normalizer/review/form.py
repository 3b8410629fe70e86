"""The form of the document of a comparison, part by part."""

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from ..hazards.effects import Hazard
from ..plan.plan import Verb
from ..plan.roles import RoleVerb
from .data import Call, NotCarried, Update
from .differing import Place


class Identity(TypedDict):
    """The name of an object."""

    kind: str
    schema: str
    name: str
    detail: str


class EffectSaid(TypedDict):
    """Effect of statements on one relation."""

    relation: str
    lock: str | None
    rewrites: bool
    scans: bool
    measured: bool


class Change(TypedDict):
    """One step of the plan."""

    action: Verb
    kind: str
    schema: str
    name: str
    detail: str
    said: str
    sql: list[str]
    destructive: bool
    may_fail_on_rows: bool
    fills_rows: bool
    hazards: list[Hazard]
    reasons: list[str]
    allowed: list[Hazard]
    effects: list[EffectSaid]
    transaction: int


class Differing(Identity):
    """An object of both sides that they don't say alike."""

    differing: list[Place]


class RoleSaid(TypedDict):
    """A change of a role, or of a member of it."""

    action: RoleVerb
    role: str
    member: NotRequired[str]
    sql: list[str]


class PhantomSaid(Identity):
    """A body that differs in its looks alone."""

    difference: str


class SuggestedRename(TypedDict):
    """A rename that the two sides suggest."""

    rename: str
    hint: str
    reasons: Sequence[str]


class AccessSaid(TypedDict):
    """A change of what a role may do with an object."""

    role: str
    object: str
    gained: list[str]
    lost: list[str]
    said: str


class BrokenBody(TypedDict):
    """A place in a body that stays, where it names what goes; `place` is in the schema files, where they make it."""

    routine: str
    line: int
    what: str
    place: str | None


class ConsumerSaid(TypedDict):
    """A line of other code that names what goes."""

    what: str
    place: str


class NotModelled(TypedDict):
    """Something of a catalog that is not compared."""

    what: str
    name: str
    one_sided: bool


_Sides = TypedDict("_Sides", {"version": Literal[2], "from": str, "to": str})
"""The first of a document; `from` is a word of Python, so they can't be declared in a class."""


class Document(_Sides):
    """All that is said of a comparison."""

    changes: list[Change]
    differences: list[Differing]
    roles: list[RoleSaid]
    phantoms: list[PhantomSaid]
    renames: list[str]
    suggested_renames: list[SuggestedRename]
    kept: list[Identity]
    not_restored: list[Identity]
    hazards: list[Hazard]
    allowed: list[Hazard]
    access: list[AccessSaid]
    ignored: Mapping[str, int]
    ignored_because: dict[str, dict[str, int]]
    unproved: str | None
    broken_bodies: list[BrokenBody]
    consumers: list[ConsumerSaid] | None
    not_modelled: list[NotModelled]
    not_carried: list[NotCarried]
    updates: list[Update]
    calls: list[Call]
    files: Sequence[str]
