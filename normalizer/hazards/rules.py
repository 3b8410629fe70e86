"""The locks that the statements of a plan take, by rule: what Postgres' documentation says under Explicit Locking.

A test measures them over all fixtures.
"""

import re
from collections.abc import Mapping
from typing import Final

from .effects import Lock

_WORD: Final = r'"(?:[^"]|"")+"'
_RELATION: Final = rf"(?:ONLY )?(?P<{{0}}>(?:{_WORD}\.)?{_WORD})"


def _rule(pattern: str, **locks: Lock) -> tuple[str, Mapping[str, Lock]]:
    """A rule: `<table>` in the pattern stands for the name of the relation that is locked so."""
    for name in locks:
        pattern = pattern.replace(f"<{name}>", _RELATION.format(name))
    return f"(?s){pattern.replace('<name>', _WORD)}", locks


_SUE, _SHARE, _SRE, _AE = (
    Lock.SHARE_UPDATE_EXCLUSIVE,
    Lock.SHARE,
    Lock.SHARE_ROW_EXCLUSIVE,
    Lock.ACCESS_EXCLUSIVE,
)
_TABLE: Final = r"ALTER (?:FOREIGN )?TABLE <table>\s+"
# The first that fits counts. Here and below re compiles, and keeps, what a run comes to: most come to few of them.
RULES: Final = (
    _rule(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY .*? ON <table>", table=_SUE),
    _rule(r"CREATE (?:UNIQUE )?INDEX .*? ON <table>", table=_SHARE),
    _rule(_TABLE + r"ADD (?:CONSTRAINT <name> )?FOREIGN KEY .*? REFERENCES <other>", table=_SRE, other=_SRE),
    _rule(_TABLE + r"VALIDATE CONSTRAINT ", table=_SUE),
    _rule(_TABLE + r"(?:ENABLE|DISABLE) (?:REPLICA |ALWAYS )?TRIGGER ", table=_SRE),
    _rule(_TABLE + r"ALTER COLUMN <name> SET STATISTICS ", table=_SUE),
    _rule(_TABLE + r"ALTER COLUMN <name> (?:RE)?SET \(", table=_SUE),
    _rule(_TABLE + r"(?:SET WITHOUT CLUSTER|CLUSTER ON )", table=_SUE),
    _rule(_TABLE + r"(?:RE)?SET \(", table=_SUE),
    _rule(_TABLE + r"ATTACH PARTITION <part>", table=_SUE, part=_AE),
    _rule(_TABLE + r"DETACH PARTITION <part> CONCURRENTLY", table=_SUE, part=_AE),
    _rule(_TABLE + r"DETACH PARTITION <part>", table=_AE, part=_AE),
    _rule(_TABLE + r"INHERIT <other>", table=_AE, other=_SUE),
    _rule(r"ALTER (?:FOREIGN |)TABLE (?:IF EXISTS )?<table>", table=_AE),
    _rule(r"ALTER MATERIALIZED VIEW <table>\s+(?:RE)?SET \(", table=_SUE),
    _rule(r"ALTER MATERIALIZED VIEW <table>", table=_AE),
    _rule(r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER .*? ON <table>", table=_SRE),
    _rule(r"ALTER TRIGGER <name> ON <table>\s+(?:NO )?DEPENDS ", table=_SRE),
    _rule(r"(?:ALTER|DROP) TRIGGER <name> ON <table>", table=_AE),
    _rule(r"(?:CREATE|ALTER|DROP) POLICY <name> ON <table>", table=_AE),
    _rule(r"CREATE (?:OR REPLACE )?RULE <name> AS\s+ON \w+ TO <table>", table=_AE),
    _rule(r"(?:ALTER|DROP) RULE <name> ON <table>", table=_AE),
    _rule(r"COMMENT ON (?:FOREIGN )?(?:TABLE|MATERIALIZED VIEW) <table>", table=_SUE),
    _rule(r"COMMENT ON COLUMN <table>\.<name>", table=_SUE),
    _rule(r"DROP (?:FOREIGN )?(?:TABLE|MATERIALIZED VIEW) (?:IF EXISTS )?<table>", table=_AE),
    _rule(r"REFRESH MATERIALIZED VIEW <table>", table=_AE),
    _rule(r"CREATE (?:FOREIGN )?TABLE .*?\)\s*INHERITS \(<table>(?:, <other>)?", table=_SUE, other=_SUE),
    _rule(r"CREATE STATISTICS .*? FROM <table>", table=_SUE),
    _rule(r"ALTER PUBLICATION <name>\s+(?:ADD|DROP|SET) TABLE <table>", table=_SUE),
    _rule(r"CREATE PUBLICATION <name> FOR TABLE <table>", table=_SUE),
)


def locks(statement: str) -> dict[str, Lock]:
    """The locks that a statement takes on relations that it names, by `schema.name`."""
    for pattern, modes in RULES:
        if found := re.match(pattern, statement):
            return {_plain(found[name]): lock for name, lock in modes.items() if found[name]}
    return {}


def unnamed(statement: str) -> Lock | None:
    """The lock on tables that a statement reads without naming them: those with columns of a domain, the default
    partition; None for others."""
    return next((lock for pattern, lock in _UNNAMED if re.match(pattern, statement)), None)


_UNNAMED: Final = (
    (r"ALTER DOMAIN ", Lock.SHARE),
    (r"(?s)ALTER TABLE .*?\s+(?:ATTACH|DETACH) PARTITION ", Lock.ACCESS_EXCLUSIVE),
    (r"(?s)ALTER TABLE .*?\s+VALIDATE CONSTRAINT ", Lock.SHARE_UPDATE_EXCLUSIVE),
    (r"(?:ALTER|DROP) (?:FOREIGN )?TABLE ", Lock.ACCESS_EXCLUSIVE),
)


def takes_long(statement: str) -> bool:
    """True if an action of ALTER TABLE can read or write all rows."""
    return re.search(_LONG, statement) is not None


def changes_access(statement: str) -> bool:
    """True if a statement is about who may do what, or to which rows."""
    return re.match(_ACCESS, statement) is not None


_LONG: Final = (
    rf"(?s)ALTER COLUMN {_WORD} (?:TYPE |SET NOT NULL)|ADD COLUMN .*? (?:DEFAULT|GENERATED|NOT NULL)|ADD CONSTRAINT "
)
_ACCESS: Final = (
    r"(?s)GRANT |REVOKE |ALTER DEFAULT PRIVILEGES |(?:CREATE|ALTER|DROP) POLICY |ALTER [^\n]*? OWNER TO "
    r"|ALTER TABLE .*? (?:ENABLE|DISABLE|NO FORCE|FORCE) ROW LEVEL SECURITY|ALTER VIEW .*?\bsecurity_invoker"
    r"|CREATE OR REPLACE (?:FUNCTION|PROCEDURE) [^$]*? SECURITY DEFINER"
)


def _plain(name: str) -> str:
    """`"public"."t"` as `public.t`."""
    return ".".join(part[1:-1].replace('""', '"') for part in re.findall(_WORD, name))
