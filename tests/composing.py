"""SQL files as people could have written them, composed from a seed."""

from collections.abc import Iterator
from random import Random
from typing import Final

SPACES: Final = (
    *(" ", "  ", "\n", "\t", "\r\n", "\n\n", " \f", "\v ", "/**/", " /* ' */ ", '/* a /* " */ b */', " -- $$ it's\n"),
    *("/*;*/", " --\n", " /* é 😀 */ ", "\n--; end;\n", " /* $x$ */ ", " -- \\. \r\n"),
)
NAMES: Final = (
    *(
        "Mixed Case",
        'a""b',
        "a;b",
        "x'y",
        "$$",
        "é",
        "😀",
        "a b",
        "--",
        "/*",
        "begin",
        "end",
        "case",
        "select",
        "atomic",
    ),
    *("user", "A", "_", "a$b", "a.b", "naïve\u2028", "%type", "\\", "function"),
)
_TYPES: Final = (
    "integer",
    "text",
    "numeric(8, 2)",
    "timestamptz",
    "varchar(20)",
    "int[]",
    "boolean",
    "jsonb",
    "bit varying",
)
_DEFAULTS: Final = {
    "integer": ("1", "-1", "1 + 2", "length('a;b')"),
    "text": ("''", "'it''s'", "E'\\n'", "U&'\\0041'", "$$a$$", "null"),
    "boolean": ("true", "1 in (1, 2)", "not false"),
    "timestamptz": ("now()", "'2020-01-01'", "current_timestamp"),
    "jsonb": ("'{}'", "'[1, \"--\"]'::jsonb"),
    "int[]": ("array[1, 2]", "'{}'"),
}
_ATTRIBUTES: Final = (
    *("immutable", "stable", "volatile", "strict", "returns null on null input", "called on null input", "cost 7"),
    *("security definer", "external security invoker", "parallel safe", "not leakproof", "window", "cost 100"),
    *("set search_path = ''", "set search_path to public, pg_temp", "set work_mem = '5MB'", "SET TimeZone TO 'UTC'"),
    *("set application_name = 'it''s'", 'set "work_mem" to 4096', "set search_path = \"A\", 'b c'"),
)


def composed(chance: Random) -> str:
    """A file of one to four statements, most of them functions."""
    pieces = [_statement(chance, number) for number in range(chance.choice((1, 1, 2, 3, 4)))]
    return _space(chance, often=0.1).join(piece + ";" + chance.choice(("\n", "\n\n", "", " ")) for piece in pieces)


def _space(chance: Random, *, often: float) -> str:
    return chance.choice(SPACES) if chance.random() < often else " "


def _name(chance: Random, number: int) -> str:
    odd = chance.random() < 0.2
    return f'"{chance.choice(NAMES)}"' if odd else f"{chance.choice(('f', 'get_it', 'Total', 'a$1'))}{number}"


def _statement(chance: Random, number: int) -> str:
    if chance.random() < 0.2:
        return chance.choice(
            (
                f"create table t{number} (id int primary key, {_name(chance, 9)} text default $$;$$)",
                f"create type e{number} as enum ('a;', 'b--', 'c''')",
                f"create domain d{number} as int check (value > 0)",
                f"create view v{number} as select 1 as {_name(chance, 8)}, ';' as b",
                f"do $do$ begin perform 1; -- {number}\nend $do$",
                f"create aggregate g{number} (int) (sfunc = int4pl, stype = int, initcond = '0')",
                f"comment on schema public is 'it''s; {number}'",
            )
        )
    words = ["create", *(("or", "replace") if chance.random() < 0.6 else ()), *_routine(chance, number)]
    often = chance.choice((0, 0, 0.1, 0.5))
    return "".join(word + (_space(chance, often=often) if at < len(words) - 1 else "") for at, word in enumerate(words))


def _routine(chance: Random, number: int) -> Iterator[str]:
    procedure = chance.random() < 0.15
    returned, rows = chance.choice(_TYPES), chance.random() < 0.2
    yield "procedure" if procedure else "function"
    yield chance.choice(("", "public.", '"public" . ')) + _name(chance, number)
    yield "(" + _space(chance, often=0.1) + ", ".join(_arguments(chance)) + ")"
    if not procedure:
        yield f"{chance.choice(('returns', 'RETURNS'))} {'setof ' if rows else ''}{returned}"
    value = "1" if procedure else f"null::{returned}"
    body = _body(chance, value, "null" if procedure else "return" if rows else "return null")
    clauses = ["language sql" if body[1] else chance.choice(("language plpgsql", "LANGUAGE 'plpgsql'"))]
    if not procedure:
        clauses += chance.sample(_ATTRIBUTES, chance.choice((0, 1, 1, 2)))
    if not body[2]:
        clauses.append(body[0])
    chance.shuffle(clauses)
    yield from clauses
    if body[2]:
        yield body[0]


def _arguments(chance: Random) -> Iterator[str]:
    defaults = False
    for number in range(chance.choice((0, 0, 1, 2, 3))):
        kind = chance.choice(_TYPES)
        defaults = defaults or chance.random() < 0.3
        default = f" {chance.choice(('default', '=', 'DEFAULT'))} {chance.choice(_DEFAULTS.get(kind, ('null',)))}"
        named = chance.choice((f"a{number}", f"in A{number}", f'"{chance.choice(NAMES)}{number}"'))
        yield f"{named} {kind}{default if defaults else ''}"


def _body(chance: Random, value: str, last: str) -> tuple[str, bool, bool]:
    """A routine's body, whether it is in SQL, and whether it is no text but the statement's last clause."""
    match chance.randrange(6):
        case 0 if last != "null":
            return f"return {value}", True, True
        case 1:
            inner = chance.choice((f"select {value}; ", f"select case when true then {value} end; "))
            return f"begin atomic {inner}end", True, True
        case 2:
            return f"as 'select {value} -- it''s'", True, False
        case 3:
            return (
                f"as $${_space(chance, often=0.5)}select {value}{chance.choice(('', ';', ' -- $x$'))}\n$$",
                True,
                False,
            )
        case _:
            tag = chance.choice(("", "a", "body", "é"))
            end = chance.choice(("end", "end;"))
            text = f"{_space(chance, often=0.7)}begin {_space(chance, often=0.5)}{last}; {end}"
            return f"as ${tag}${text}${tag}$", False, False
