"""OpenAPI description of a service, with JSON schemas of its documents made of the types that declare them."""

import types
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, Required, TypeAlias, Union, get_args, get_origin, get_type_hints, is_typeddict

from pgnorm.normalizer.review.form import Document

from .. import VERSION
from .uploads import ARCHIVES, JSON
from .verbs import VERBS, Asked, Verb

Schema: TypeAlias = dict[str, object]

_PLAIN: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
}
_TEXT: Schema = {"type": "string"}
_FINDING: Schema = {
    "type": "object",
    "required": ["rule", "message", "file", "line", "column", "level", "cure"],
    "properties": {
        **dict.fromkeys(("rule", "message", "level"), _TEXT),
        **{name: {"type": ["string", "null"]} for name in ("file", "cure")},
        **{name: {"type": ["integer", "null"]} for name in ("line", "column")},
    },
}
_ERROR: Schema = {
    "type": "object",
    "required": ["message", "place", "hint"],
    "properties": {"message": _TEXT, "place": {"type": ["string", "null"]}, "hint": {"type": ["string", "null"]}},
}


def openapi(named: Sequence[str], *, token: bool) -> Schema:
    """The description of a service with these sources; with `token` one is asked for."""
    paths: Schema = {f"/v1/{verb.name}": {"post": _operation(verb)} for verb in VERBS.values()}
    paths["/v1/review"] = {"get": _review(named)}
    paths["/healthz"] = {
        "get": {"summary": "Whether it is up.", "security": [], "responses": {"200": {"description": "It is."}}}
    }
    paths["/metrics"] = {"get": {"summary": "Counts for Prometheus.", "responses": {"200": {"description": "Text."}}}}
    found: Schema = {
        "openapi": "3.1.0",
        "info": {"title": "pgnorm", "version": VERSION},
        "paths": paths,
        "components": {"schemas": {**_schemas(), "Errors": _errors(), "Finding": _FINDING}},
    }
    if token:
        found["components"] = {**_components(found), "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
        found["security"] = [{"token": []}]
    return found


def _components(found: Schema) -> Schema:
    known = found["components"]
    assert isinstance(known, dict)
    return known


def _schemas() -> Schema:
    defined: Schema = {}
    _schema(Document, defined)
    return defined


def _operation(verb: Verb) -> Schema:
    files: Schema = {
        "type": "object",
        "additionalProperties": _TEXT,
        "description": "Texts by their paths in the project.",
    }
    form: Schema = {"enum": [*verb.forms], "default": verb.forms[0]}
    options = {option.name: _asked(option) for option in verb.options}
    body: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"files": files, **options, "form": form},
    }
    archive: Schema = {"schema": {"type": "string", "format": "binary"}}
    return {
        "summary": verb.said,
        "description": "Options of a request with an archive stand in the query.",
        "requestBody": {"required": True, "content": {JSON: {"schema": body}, **dict.fromkeys(ARCHIVES, archive)}},
        "responses": _responses(_answer(verb)),
    }


def _review(named: Sequence[str]) -> Schema:
    source: Schema = {"enum": [*named]} if named else _TEXT
    parameters = [{"name": name, "in": "query", "required": True, "schema": source} for name in ("from", "to")]
    return {
        "summary": "The page about the difference of two sources of the service.",
        "parameters": parameters,
        "responses": {"200": {"description": "The page.", "content": {"text/html": {"schema": _TEXT}}}},
    }


def _answer(verb: Verb) -> Schema:
    if verb.name == "diff":
        return {"$ref": "#/components/schemas/Document"}
    if verb.name == "check":
        return _object(
            version={"type": "integer"}, findings={"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}
        )
    if verb.name == "fix-functions":
        return _object(version={"type": "integer"}, texts={"type": "object", "additionalProperties": _TEXT})
    return {"description": "A snapshot."}


def _responses(answer: Schema) -> Schema:
    errors: Schema = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Errors"}}}}
    said = {
        "400": "The request can't be read.",
        "401": "The token is missing or wrong.",
        "408": "The body took too long.",
        "413": "The request brings too much.",
        "415": "The body is of no type that is known.",
        "422": "pgnorm could not do it: SQL, settings, options.",
        "503": "There is too much to do.",
        "504": "It took too long.",
    }
    fine = {"description": "The document, or in another form text.", "content": {JSON: {"schema": answer}}}
    return {"200": fine, **{code: {"description": text, **errors} for code, text in said.items()}}


def _asked(option: Asked) -> Schema:
    found: Schema = {"description": option.said}
    if option.kind == "texts":
        return {**found, "type": "array", "items": _TEXT}
    if option.kind == "flag":
        return {**found, "type": "boolean"}
    return {**found, "type": "string", **({"enum": [*option.choices]} if option.choices else {})}


def _errors() -> Schema:
    return _object(version={"type": "integer"}, pgnorm=_TEXT, errors={"type": "array", "items": _ERROR})


def _object(**properties: object) -> Schema:
    return {"type": "object", "required": [*properties], "properties": properties}


def _schema(found: object, defined: Schema) -> Schema:
    """The schema of a type; those of declared documents are put into `defined`."""
    if found in _PLAIN:
        return _PLAIN[found]
    if is_typeddict(found) and isinstance(found, type):
        if found.__name__ not in defined:
            defined[found.__name__] = {}
            hints = get_type_hints(found, localns={"Json": object})  # whatever JSON can say
            required = [name for name in hints if name in vars(found)["__required_keys__"]]
            properties = {name: _schema(kind, defined) for name, kind in hints.items()}
            defined[found.__name__] = {"type": "object", "required": required, "properties": properties}
        return {"$ref": f"#/components/schemas/{found.__name__}"}
    origin, parts = get_origin(found), get_args(found)
    if origin in (NotRequired, Required):
        return _schema(parts[0], defined)
    if origin is Literal:
        return {"enum": [*parts]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(part, defined) for part in parts]}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(parts[1], defined)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return {"type": "array", "items": _schema(parts[0], defined)}
    raise TypeError(f"there is no schema of {found!r}")
