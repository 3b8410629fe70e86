"""A difference in a line for a person, in the words of SQL."""

from typing import Final

from pgnorm.catalog.acl import MAINTAIN_SINCE, as_grants, with_owner
from pgnorm.catalog.model import Object
from pgnorm.catalog.model.type_facets import renamed_value
from pgnorm.catalog.privileges import known_privileges
from pgnorm.catalog.quoting import literal, plain

from .difference import BY_TEXT, NAME, PRIVILEGES, Difference, deparsed, effective_acl

_WORDS: Final = {
    "bound": "bounds",
    "check": "WITH CHECK",
    "called_functions": "what it calls",
    "cast_functions": "functions of casts",
    "column_settings": "settings of columns",
    "config": "SET",
    "extensions": "DEPENDS ON EXTENSION",
    "filter": "WHERE",
    "force_row_security": "FORCE ROW LEVEL SECURITY",
    "full_options": "options",
    "labels": "security labels",
    "not_null": "NOT NULL",
    "not_null_comment": "comment on NOT NULL",
    "not_null_name": "name of NOT NULL",
    "not_null_no_inherit": "NO INHERIT of NOT NULL",
    "operators_used": "operators",
    "output_columns": "columns of the result",
    "owned_by": "OWNED BY",
    "predicate": "WHERE",
    "relation_kind": "kind of its relation",
    "security_definer": "SECURITY DEFINER",
    "source": "body",
    "sql_body": "body",
    "state": "whether it is enabled",
    "toast_options": "options of TOAST",
    "type_storage": "storage of its type",
    "unlogged": "UNLOGGED",
    "using": "USING",
    "validated": "whether it is validated",
    "values": "labels",
    "whole_definition": "definition",
    "whole_state": "whether it is enabled",
}
"""Words for an attribute, where its name with spaces is no word of SQL."""


def describe(found: Difference) -> str:
    """One difference in a line: `~ function public.f(integer): volatility`."""
    item = found.item
    said = words(found)
    return f"{sign(found)} {item.kind} {item.label}{': ' if said else ''}{', '.join(said)}"


def words(found: Difference) -> list[str]:
    """Differences between two of one object, in words, sorted: not that its text is read anew where it is the same."""
    same = {name for name in deparsed(found.item) if getattr(found.old, name, None) == getattr(found.new, name, None)}
    return sorted({_word(found, name) for name in found.changed - (same if found.changed & BY_TEXT else set())})


def _word(found: Difference, name: str) -> str:
    if name == NAME and found.old is not None:
        return f"name (was {found.old.name})"
    if name == "values" and (pair := renamed_value(found.old, found.new)):
        return f"{_WORDS[name]} ({' -> '.join(map(literal, pair))})"
    return word(name)


def granted(found: Difference) -> str:
    """Privileges that one of two of one object has and the other one lacks: `+SELECT, INSERT for anon`."""
    if found.old is None or found.new is None or PRIVILEGES not in found.changed:
        return ""
    item = found.new
    before, after = (_grants(each, item.owner) for each in (found.old, item))
    known = known_privileges(item.grant_signature(), item.grant_columns, MAINTAIN_SINCE)
    grantees: dict[str, list[str]] = {}
    for sign, some in (("+", after - before), ("-", before - after)):
        for role, passed in sorted({(role, passed) for role, _, passed in some}):
            words = ", ".join(spelt for letter, spelt in known if (role, letter, passed) in some)
            grantees.setdefault(f"{sign}{words}{' WITH GRANT OPTION' * passed}", []).append(role or "PUBLIC")
    return "; ".join(f"{said} for {', '.join(roles)}" for said, roles in grantees.items())


def _grants(item: Object, owner: str | None) -> set[tuple[str, str, bool]]:
    """(grantee, letter, grantable) of all that is granted on an object, as another owner would have it."""
    found = as_grants(with_owner(effective_acl(item), item.owner, owner))
    return {(grantee, letter, passed) for grantee, _, letter, passed in found}


def word(name: str) -> str:
    """An attribute, or what is said beside the object, in the words of SQL."""
    return _WORDS.get(name, name.replace("_", " "))


def outlived_casts(item: Object) -> str:
    """The functions that an object calls by casts that are there no more."""
    return ", ".join(plain(f"{schema}.{function}") for schema, function in item.outlived_casts)


def sign(found: Difference) -> str:
    """`+` for what is added, `-` for what is dropped, `~` for what changes."""
    return "+" if found.old is None else "-" if found.new is None else "~"
