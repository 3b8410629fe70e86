"""Sequences and tables: columns, defaults, identities, generated columns, checks, keys, inheritance, partitions."""

from attrs import evolve

from .choosing import Choices
from .state import Column, Relation, State, satellites

NAMES = ("alpha", "beta", '"Gamma é"', "delta")
REFERRED = "alpha"
"""The table that foreign keys refer to: it is always there, since one that a plan makes has no rows."""
PRIVILEGES = ("select", "select, insert", "update, delete", "truncate, references, trigger")
_TYPES = {
    "number": ("integer", "bigint", "smallint", "numeric", "numeric(10,0)", "text", "character varying(20)"),
    "text": ("text", "character varying(30)", "character(9)", "name"),
    "time": ("date", "timestamp", "timestamp with time zone", "text"),
    "enum": ("text",),
    "json": ("jsonb", "json", "text"),
    "array": ("integer[]", "bigint[]", "text[]"),
    "composite": ("text",),
    "range": ("int4range", "numrange", "int8range"),
}
_COLUMNS = {
    "a": "number", "b": "number", "s": "text", '"D d"': "time", "e": "enum", "j": "json", "l": "array",
    "k": "composite", "r": "range",
}  # fmt: skip
_ALWAYS = ("id", "a")
_DEFAULTS = {
    "number": ("1", "'2'"),
    "text": ("'z'", "'it''s'"),
    "time": ("now()", "'2026-05-05'"),
    "enum": ("'a'",),
    "json": ("'{}'", "'[1]'"),
    "array": ("'{}'", "'{1,2}'"),
    "range": ("'[1,2)'",),
}
INTEGERS = ("integer", "bigint", "smallint")


def make_tables(c: Choices, state: State) -> None:
    sequences = _sequences(c, state)
    for name in c.order("tables: order", NAMES):
        if name == REFERRED or c.flag(f"table {name}: there"):
            _table(c, state, name, sequences)
    if c.flag("table parted: there", 3):
        _partitioned(c, state)


def _sequences(c: Choices, state: State) -> list[str]:
    found = []
    for name in c.some("sequences: there", ["counter", "numbers"]):
        about = f"sequence {name}"
        more = [c.one(f"{about}: type", "", " as integer", " as smallint")]
        more += c.some(f"{about}: more", [" increment by 2", " minvalue 0", " maxvalue 9000", " cache 5", " cycle"], 4)
        whole = f"{c.one(f'{about}: schema', *state.schemas)}.{name}"
        state.add(f"create sequence {whole}{''.join(more)}")
        state.add(*satellites(c, "sequence", whole, ("usage", "select", "update"), owned=False))
        found.append(whole)
    return found


def _table(c: Choices, state: State, name: str, sequences: list[str]) -> None:
    about = f"table {name}"
    parent = c.one(f"{about}: parent", "", "", "", *(each.name for each in state.tables if "i" not in each.columns))
    inherited = next((each for each in state.tables if each.name == parent), None)
    table = Relation(f"public.{name}", {}, keys=[])
    lines = []
    if inherited is None:
        lines = [_column(c, state, about, table, "id", "number")]
        for column in c.order(f"{about}: columns", ["a", *c.some(f"{about}: has", list(_COLUMNS)[1:], 3)]):
            lines.append(_column(c, state, about, table, column, _COLUMNS[column]))
    else:
        table.columns |= {each.name: evolve(each, written=each.name != "g") for each in inherited.columns.values()}
    if c.flag(f"{about}: generated", 3) and not table.columns.get("g"):
        lines.append(_generated(c, state, about, table))
    if c.flag(f"{about}: identity", 3) and not table.columns.get("i"):
        way = c.one(f"{about}: i: way", "always", "by default")
        how = c.one(f"{about}: i: how", "", "", " (start with 10 increment by 2)", " (cache 3)")
        type_ = c.one(f"{about}: i: type", "integer", "bigint")
        lines.append(f"i {type_} generated {way} as identity{how}")
        table.columns["i"] = Column("i", "identity", type_, null=False, written=False)
    lines += _constraints(c, state, about, table)
    # A sequence that a plan makes becomes unlogged with its table.
    table.unlogged = name == "delta" and c.flag(f"{about}: unlogged", 3)
    unlogged = "unlogged " if table.unlogged else ""
    below = f" inherits ({parent})" if inherited is not None else ""
    stored = c.one(f"{about}: storage", "", "", "", " with (fillfactor=70)", " with (autovacuum_enabled=false)")
    state.add(f"create {unlogged}table {table.name} ({', '.join(lines)}){below}{stored}")
    _afterwards(c, state, about, table, sequences)
    state.tables.append(table)


def _column(c: Choices, state: State, about: str, table: Relation, name: str, family: str) -> str:
    about = f"{about}: {name}"
    # The value of a partition's key stays what it is.
    key = table.kind == "partitioned" and name == "id"
    types = ("integer", "bigint", "text") if key else (*_TYPES[family], *state.types.get(family, ()))
    type_ = c.one(f"{about}: type", *types)
    default = c.one(f"{about}: default", "", "", *_DEFAULTS.get(family, ()))
    always = name in _ALWAYS
    null = name != "id" and not ((always or default) and c.flag(f"{about}: not null", 3))
    collatable = type_ in ("text", "character varying(30)", "character varying(20)") and family != "enum"
    collation = c.one(f"{about}: collation", "", "", *(state.collations if collatable else ()))
    table.columns[name] = Column(name, family, type_, null=null and type_ not in state.strict, unique=always)
    parts = [f"{name} {type_}", f"collate {collation}" if collation else "", f"default {default}" if default else ""]
    return " ".join([*filter(None, parts), *([] if null else ["not null"])])


def _generated(c: Choices, state: State, about: str, table: Relation) -> str:
    marked = ["public.mark(id::text)"] if "mark" in state.functions else []
    expression = c.one(f"{about}: g: expression", "length(id::text)::text", "id::text || 'x'", *marked)
    table.columns["g"] = Column("g", "generated", "text", written=False)
    return f"g text generated always as ({expression}) stored"


def _constraints(c: Choices, state: State, about: str, table: Relation) -> list[str]:
    found: list[str] = []
    numbers = [each.name for each in table.of("number")]
    for column in (each.name for each in table.of("number") if each.unique):
        kind = c.one(f"{about}: {column}: key", "", "", "", "primary key", "unique", "exclude")
        # 18 can't give a column another type where an inheriting table has a primary key on it.
        alone = c.major < 18 or not c.answers[f"{about}: parent"]
        if kind == "primary key" and not (alone and all("primary" not in each for each in found)):
            kind = "unique"
        if not kind:
            continue
        name = c.one(f"{about}: {column}: key's name", "", f'constraint "{about} {column}" '.replace('"Gamma é"', "g"))
        later = c.one(f"{about}: {column}: deferred", "", "", "", " deferrable", " deferrable initially deferred")
        body = f"exclude using btree ({column} with =)" if kind == "exclude" else f"{kind} ({column})"
        found.append(f"{name}{body}{later}")
        if kind == "primary key":
            table.columns[column].null = False
        if kind != "exclude" and not later:
            table.keys.append(column)
    checks = [f"{column}::text <> 'x'" for column in numbers]
    checks += [f"public.mark({column}::text) <> 'x'" for column in numbers if "mark" in state.functions]
    checks += [f"{column}::text operator(public.===) {column}::text" for column in numbers if "===" in state.functions]
    for number, check in enumerate(c.some(f"{about}: checks", checks, 5)):
        ending = c.one(f"{about}: check {number}: ending", "", "", " no inherit")
        found.append(f"constraint {table.name[7].strip(chr(34)).lower()}_c{number} check ({check}){ending}")
    new = c.answers.get(f"{about}: r: default") == ""
    if new and not c.answers[f"{about}: parent"] and table.columns.get("r") and c.flag(f"{about}: r: excluded", 3):
        found.append("exclude using gist (r with &&)")
    return found


def _afterwards(c: Choices, state: State, about: str, table: Relation, sequences: list[str]) -> None:
    alter = f"alter table {table.name}"
    for sequence in sequences:
        column = c.one(f"{about}: uses {sequence}", "", "", "", "id")
        if column and table.columns[column].type in INTEGERS and "default" not in state.statements[-1]:
            state.add(f"{alter} alter id set default nextval('{sequence}')")
            ownable = sequence.startswith("public.") and not c.answers[f"{about}: parent"]
            if c.flag(f"{about}: owns {sequence}") and ownable:
                state.add(f"alter sequence {sequence} owned by {table.name}.id")
            break
    for column in c.some(f"{about}: tuned", [each.name for each in table.columns.values() if each.written], 8):
        how = c.one(f"{about}: {column}: tuned", "statistics 50", "(n_distinct=-0.5)")
        state.add(f"{alter} alter {column} set {how}")
    for column in c.some(f"{about}: commented", list(table.columns), 8):
        state.add(f"comment on column {table.name}.{column} is 'of {column.strip(chr(34))}'")
    for column in c.some(f"{about}: columns granted", list(table.columns), 8):
        state.add(f"grant select ({column}) on {table.name} to pg_monitor")
    state.add(*satellites(c, "table", table.name, PRIVILEGES))


def _partitioned(c: Choices, state: State) -> None:
    about = "table parted"
    table = Relation("public.parted", {}, kind="partitioned")
    lines = [
        _column(c, state, about, table, column, "number" if column != "s" else "text")
        for column in c.order(f"{about}: columns", ["id", "a", *c.some(f"{about}: has", ["s"])])
    ]
    key = c.one(f"{about}: key", "", "", "primary key (id)", "unique (id)")
    state.add(f"create table public.parted ({', '.join([*lines, *filter(None, [key])])}) partition by list (id)")
    table.keys = ["id"] if key else []
    more = c.one(f"{about}: bound", "", ", '7'")
    for part, bound in (("0", "for values in ('1')"), ("1", f"for values in ('2'{more})"), ("rest", "default")):
        state.add(f"create table public.part_{part} partition of public.parted {bound}")
    state.add(*satellites(c, "table", table.name, PRIVILEGES))
    state.tables.append(table)
