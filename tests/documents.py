"""What commands print with --json, held to the schemas that pgnorm offers of it."""

import json
from collections.abc import Sequence
from functools import cache

from jsonschema_rs import Draft202012Validator

from pgnorm.catalog.snapshots.scalars import JsonObject
from pgnorm.cli.schemas import DOCUMENTS, Schema, document_schema


def check_document(words: Sequence[str], text: bytes) -> None:
    """Hold the document that a command line has printed to its schema, which may leave nothing unsaid."""
    document: JsonObject = json.loads(text)
    name = "errors" if document.keys() == {"version", "pgnorm", "errors"} else _command(words)
    assert faults(_validator(name), document) == []


def closed_validator(schema: Schema) -> Draft202012Validator:
    """The judge of documents by a schema, whose objects have no other names than those that it says."""
    return Draft202012Validator(json.dumps(_closed(schema)))


def faults(validator: Draft202012Validator, document: object) -> list[str]:
    """Places of a document that are not as its schema has it."""
    return [f"{error.message} at {error.instance_path}" for error in validator.iter_errors(document)]


def _command(words: Sequence[str]) -> str:
    found = [name for name in DOCUMENTS if {*name.split()} <= {*words}]
    return max(found, key=lambda name: (len(name.split()), -words.index(name.split()[-1])))


@cache
def _validator(name: str) -> Draft202012Validator:
    return closed_validator(document_schema(name))


def _closed(schema: object) -> object:
    if isinstance(schema, list | tuple):
        return [*map(_closed, schema)]
    if not isinstance(schema, dict):
        return schema
    found = {name: _closed(value) for name, value in schema.items()}
    return {**found, "additionalProperties": False} if isinstance(found.get("properties"), dict) else found
