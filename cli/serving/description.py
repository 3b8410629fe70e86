"""OpenAPI description of a service, with the JSON Schemas of its documents."""

from collections.abc import Sequence
from typing import Final

from pgnorm.normalizer.review.form import Document

from .. import VERSION
from ..forms import Errors, Findings
from ..outcomes import FixAnswer
from ..schemas import Defined, Schema, by_name, schema_of
from .uploads import ARCHIVES, JSON
from .verbs import VERBS, Asked, Verb

_TEXT: Schema = {"type": "string"}
_SCHEMAS: Final = "#/components/schemas"
_ANSWERS: Final = {"diff": Document, "check": Findings, "fix-functions": FixAnswer}


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
        "components": {"schemas": _schemas()},
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
    defined: Defined = {}
    for declared in (*_ANSWERS.values(), Errors):
        schema_of(declared, defined, _SCHEMAS)
    return by_name(defined)


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
    if verb.name in _ANSWERS:
        return {"$ref": f"{_SCHEMAS}/{_ANSWERS[verb.name].__name__}"}
    return {"type": "object", "description": "A snapshot, whose schema `pgnorm json-schema dump` prints."}


def _responses(answer: Schema) -> Schema:
    errors: Schema = {"content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}/Errors"}}}}
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
