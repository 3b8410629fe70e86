"""JSON Schemas of the documents that commands print, made of the types that declare them."""

import types
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from typing import (
    Final,
    Literal,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema: TypeAlias = dict[str, object]
Defined: TypeAlias = dict[type, Schema]

_FORMS: Final = "pgnorm.cli.forms"
_OUTCOMES: Final = "pgnorm.cli.outcomes"
DOCUMENTS: Final = {
    "access": f"{_FORMS}:AccessTable",
    "blame": f"{_FORMS}:Blame",
    "check": f"{_FORMS}:Findings",
    "diff": "pgnorm.normalizer.review.form:Document",
    "docs": f"{_OUTCOMES}:Outcome",
    "doctor": f"{_FORMS}:Diagnoses",
    "dump": "pgnorm.catalog.snapshots.schema:snapshot_schema",
    "errors": f"{_FORMS}:Errors",
    "fix-functions": f"{_OUTCOMES}:FixOutcome",
    "fleet check": "pgnorm.normalizer.fleet.documents:FleetSaid",
    "fleet up": "pgnorm.normalizer.fleet.documents:RunSaid",
    "init": f"{_OUTCOMES}:Outcome",
    "log": f"{_FORMS}:LogOrDrift",
    "migration baseline": f"{_OUTCOMES}:Outcome",
    "migration fetch": f"{_OUTCOMES}:FetchOutcome",
    "migration list": f"{_FORMS}:MigrationList",
    "migration new": f"{_OUTCOMES}:Outcome",
    "migration rebase": f"{_FORMS}:Rebased",
    "migration repair": f"{_OUTCOMES}:RepairOutcome",
    "migration squash": f"{_OUTCOMES}:SquashOutcome",
    "migration up": f"{_OUTCOMES}:UpOutcome",
    "pull": f"{_OUTCOMES}:PullOutcome",
    "push": f"{_OUTCOMES}:PushOutcome",
    "sync": f"{_OUTCOMES}:SyncOrCanonical",
}
"""The documents by their commands, each a type that declares it or what makes its schema; `errors` comes of all."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Final[dict[object, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
}


def document_schema(name: str) -> Schema:
    """The schema of the document of this name."""
    module, _, attribute = DOCUMENTS[name].partition(":")
    found: object = getattr(import_module(module), attribute)
    title = f"pgnorm {name} --json" if name != "errors" else "errors of pgnorm"
    head: Schema = {"$schema": _DIALECT, "title": title}
    if isinstance(found, types.FunctionType):
        return {**head, **found()}
    defined: Defined = {}
    made = _declared if isinstance(found, type) else schema_of
    return {**head, **made(found, defined, "#/$defs"), "$defs": by_name(defined)}


def by_name(defined: Defined) -> Schema:
    """The schemas by the names that references have for them. Raises TypeError where two types have one name."""
    named: Schema = {found.__name__: schema for found, schema in defined.items()}
    if len(named) < len(defined):
        raise TypeError(f"two types have one name: {[*defined]}")
    return named


def schema_of(found: object, defined: Defined, place: str) -> Schema:
    """The schema of a type; those of declared documents are put into `defined`, which lies at a place (`#/$defs`)."""
    if found in _PLAIN:
        return _PLAIN[found]
    if is_typeddict(found) and isinstance(found, type):
        if found not in defined:
            defined[found] = {}  # it may have parts of its own type
            defined[found] = _declared(found, defined, place)
        return {"$ref": f"{place}/{found.__name__}"}
    if isinstance(found, type) and issubclass(found, StrEnum):
        return _one_of([*found])
    origin, parts = get_origin(found), get_args(found)
    if origin in (NotRequired, Required):
        return schema_of(parts[0], defined, place)
    if origin is Literal:
        return _one_of([*parts])
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part, defined, place) for part in parts]}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1], defined, place)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return {"type": "array", "items": schema_of(parts[0], defined, place)}
    raise TypeError(f"there is no schema of {found!r}")


def _declared(found: object, defined: Defined, place: str) -> Schema:
    hints = get_type_hints(found, localns={"Json": object})  # whatever JSON can say
    return {
        "type": "object",
        "description": " ".join((found.__doc__ or "").split()),
        "required": [name for name in hints if name in vars(found)["__required_keys__"]],
        "properties": {name: schema_of(kind, defined, place) for name, kind in hints.items()},
    }


def _one_of(values: Sequence[object]) -> Schema:
    return {"const": values[0]} if len(values) == 1 else {"enum": values}
