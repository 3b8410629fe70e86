"""The JSON Schema of a snapshot, made of the types that its kinds declare."""

from typing import Final

from ..kinds import KINDS
from ..model import Object
from .attributes import codecs
from .reading import EDGES, HEAD, MEMBERS, OPTIONAL
from .scalars import NOTHING, TEXT, JsonObject
from .writing import FORM, VERSION

_STRINGS: Final[JsonObject] = {"type": "array", "items": {"type": "string"}}
_TEXT: Final[JsonObject] = {
    "description": "A text; one of several lines is an array of them.",
    "type": ["string", "array"],
    "items": {"type": "string"},
}
_NAME: Final[JsonObject] = {
    "description": "An object by its kind, schema, name and, where it is not empty, detail.",
    **_STRINGS,
    "minItems": 3,
    "maxItems": 4,
}
_NAMES: Final[JsonObject] = {"type": "array", "items": {"$ref": "#/$defs/Name"}}
_EDGE: Final[JsonObject] = {
    "type": "array",
    "prefixItems": [{"$ref": "#/$defs/Name"}, {"$ref": "#/$defs/Name"}, {"type": "boolean"}],
    "items": False,
    "minItems": 3,
}


def snapshot_schema() -> JsonObject:
    """The schema of what `dumps` writes."""
    order: JsonObject = {"objects": _NAMES, "edges": {"type": "array", "items": _EDGE}}
    return {
        "type": "object",
        "description": "The whole catalog of a source.",
        "required": [FORM, *(name for name in MEMBERS if name not in OPTIONAL)],
        "properties": {
            FORM: {"const": VERSION},
            **{name: codec.schema for name, codec in HEAD.items()},
            "attributes": {"type": "object", "additionalProperties": _STRINGS},
            "objects": {"type": "array", "items": {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in KINDS]}},
            "reading_order": {"type": "object", "required": [*order], "properties": order},
        },
        "$defs": {TEXT: _TEXT, "Name": _NAME, **{kind.__name__: _kind(kind) for kind in KINDS}},
    }


def _kind(kind: type[Object]) -> JsonObject:
    known = codecs(kind)
    return {
        "type": "object",
        "required": ["kind", *(name for name, codec in known.items() if codec.empty is NOTHING)],
        "properties": {
            "kind": {"const": kind.kind},
            **{name: codec.schema for name, codec in known.items()},
            **dict.fromkeys(EDGES, _NAMES),
        },
    }
