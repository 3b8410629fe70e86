"""Schemas, extensions, collations and types."""

from .choosing import Choices
from .state import State, satellites


def make_types(c: Choices, state: State) -> None:
    _schemas(c, state)
    _extensions(c, state)
    _collations(c, state)
    _enums(c, state)
    _domains(c, state)
    _composites(c, state)
    _ranges(c, state)
    _base_types(c, state)


def _schemas(c: Choices, state: State) -> None:
    for name in c.some("schemas: there", ["app", '"Odd é"']):
        state.schemas.append(name)
        state.add(f"create schema {name}", *satellites(c, "schema", name, ("usage", "create")))


def _extensions(c: Choices, state: State) -> None:
    apart = state.schemas[1:]
    for name in c.some("extensions: there", ["citext", "hstore"] if apart else [], 4):
        schema = c.one(f"extension {name}: schema", *apart)
        state.add(f"create extension {name} schema {schema}")
        if name == "citext":
            state.offer("text", f"{schema}.citext")


def _collations(c: Choices, state: State) -> None:
    for name in c.some("collations: there", ["plain", "other"], 3):
        schema = c.one(f"collation {name}: schema", *state.schemas)
        how = c.one(
            f"collation {name}: how", "locale = 'C'", "lc_collate = 'C', lc_ctype = 'POSIX'", "locale = 'POSIX'"
        )
        state.add(f"create collation {schema}.{name} ({how})", *satellites(c, "collation", f"{schema}.{name}"))
        state.collations.append(f"{schema}.{name}")


def _enums(c: Choices, state: State) -> None:
    for name in c.some("enums: there", ["mood", "stage"]):
        labels = ["a", *c.some(f"enum {name}: labels", ["b", "it''s", "d"])]
        labels = c.order(f"enum {name}: order", labels) if c.flag(f"enum {name}: reordered", 4) else labels
        listed = ", ".join(f"'{label}'" for label in labels)
        whole = f"{c.one(f'enum {name}: schema', *state.schemas)}.{name}"
        state.add(f"create type {whole} as enum ({listed})", *satellites(c, "type", whole, ("usage",)))
        state.offer("enum", whole)


def _domains(c: Choices, state: State) -> None:
    for name in c.some("domains: there", ["amount", "label"]):
        about = f"domain {name}"
        base = c.one(f"{about}: base", *(("integer", "bigint") if name == "amount" else ("text", "varchar(30)")))
        default = c.one(f"{about}: default", "", "", " default '1'", " default '2'")
        null = c.one(f"{about}: null", "", " not null") if default else ""
        checks = c.some(f"{about}: checks", ["value::text <> 'x'", "length(value::text) < 20"], 3)
        listed = "".join(f" constraint {name}_{number} check ({check})" for number, check in enumerate(checks))
        whole = f"{c.one(f'{about}: schema', *state.schemas)}.{name}"
        state.add(f"create domain {whole} as {base}{default}{null}{listed}")
        state.add(*satellites(c, "domain", whole, ("usage",)))
        if c.flag(f"{about}: more", 4):
            state.add(f"alter domain {whole} add constraint later check (value::text <> 'y') not valid")
        state.strict |= {whole} if null else set()
        state.offer("number" if name == "amount" else "text", whole)
        if name == "amount":
            state.offer("array", f"{whole}[]")


def _composites(c: Choices, state: State) -> None:
    for name in c.some("composites: there", ["pair", "shape"]):
        about = f"type {name}"
        # Attributes that come and go while others change their type are not told apart.
        made_of = [each.removesuffix("[]") for each in state.types.get("array", ())]
        types = ("integer", "bigint", "text", *made_of) if name == "pair" else ("integer",)
        names = ("x",) if name == "pair" else ("x", "x,y", 'x,y,"Z z"')
        type_ = c.one(f"{about}: type", *types)
        attributes = [f"{each} {type_}" for each in c.one(f"{about}: attributes", *names).split(",")]
        whole = f"{c.one(f'{about}: schema', *state.schemas)}.{name}"
        state.add(f"create type {whole} as ({', '.join(attributes)})", *satellites(c, "type", whole, ("usage",)))
        state.offer("composite", whole)
        state.literals[whole] = f"({','.join('1' for _ in attributes)})"


def _ranges(c: Choices, state: State) -> None:
    if c.flag("ranges: span", 3):
        subtype = c.one("range span: subtype", "integer", "bigint", "numeric")
        whole = f"{c.one('range span: schema', *state.schemas)}.span"
        many = c.one("range span: multirange", "", ", multirange_type_name = public.spans")
        state.add(
            f"create type {whole} as range (subtype = {subtype}{many})", *satellites(c, "type", whole, ("usage",))
        )
        state.offer("range", whole)


def _base_types(c: Choices, state: State) -> None:
    if c.flag("base types: shell", 4):
        state.add("create type public.unfinished")
    if c.flag("base types: held", 4):
        more = c.one("type held: more", "", ", category = 'x'", ", storage = extended", ", collatable = true")
        how = "immutable strict language internal as"
        state.add(
            "create type public.held",
            f"create function public.held_in(cstring) returns public.held {how} 'textin'",
            f"create function public.held_out(public.held) returns cstring {how} 'textout'",
            f"create type public.held (input = public.held_in, output = public.held_out{more})",
            *satellites(c, "type", "public.held", ("usage",)),
        )
        state.offer("text", "public.held")
