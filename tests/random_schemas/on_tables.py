"""Parts of tables: foreign keys, indexes, statistics, triggers, rules, row security."""

from collections.abc import Iterator

from .choosing import Choices
from .state import Column, Relation, State, satellites
from .tables import INTEGERS, REFERRED


def make_parts(c: Choices, state: State) -> None:
    for table in state.tables:
        about = f"on {table.name}"
        state.add(*_foreign_keys(c, state, about, table))
        state.add(*_indexes(c, state, about, table))
        state.add(*_statistics(c, about, table))
        if table.kind == "table":
            state.add(*_rules(c, about, table))
            if way := c.one(f"{about}: replica identity", "", "", "", "full", "nothing"):
                state.add(f"alter table {table.name} replica identity {way}")
        if "touch" in state.functions:
            state.add(*_triggers(c, about, table))
        state.add(*_policies(c, state, about, table))


def _letter(table: Relation) -> str:
    return table.name.removeprefix("public.").strip('"').lower().replace(" ", "_")[:5]


def _foreign_keys(c: Choices, state: State, about: str, table: Relation) -> Iterator[str]:
    for column in table.of("number"):
        targets = [
            f"{other.name} ({key})"
            for other in state.tables
            if other.name == f"public.{REFERRED}"
            for key in other.keys
            if _comparable(column, other.columns[key]) and _free(c, table) and _free(c, other)
        ]
        if table.kind == "table" and (target := c.one(f"{about}: {column.name}: refers to", "", "", *targets)):
            action = c.one(
                f"{about}: {column.name}: action", "", " on delete cascade", " match full on update set null"
            )
            ending = c.one(f"{about}: {column.name}: ending", "", " deferrable", " not valid")
            name = f"{_letter(table)}_{column.name}_fk"
            added = f"foreign key ({column.name}) references {target}{action}{ending}"
            yield f"alter table {table.name} add constraint {name} {added}"


def _free(c: Choices, table: Relation) -> bool:
    """True if foreign keys see all rows of a table, and it may refer to others."""
    whose = c.answers.get(f"table {table.name}: owner")
    return not whose and not table.unlogged


def _comparable(one: Column, other: Column) -> bool:
    return one.type == other.type or {one.type, other.type} <= set(INTEGERS)


def _indexes(c: Choices, state: State, about: str, table: Relation) -> Iterator[str]:
    for column in table.columns.values():
        for form in c.some(f"{about}: {column.name}: indexed", [*_forms(c, state, about, column)], 6):
            name = f"{_letter(table)}_{column.name.strip(chr(34)).replace(' ', '_')}_{abs(hash_of(form)) % 1000}"
            unique = c.flag(f"{about}: {column.name}: {form}: unique", 4) if column.family == "number" else False
            unique = unique and column.unique and form.startswith(f"({column.name}")
            unique = unique and (table.kind == "table" or column.name == "id")
            made = f"create {'unique ' if unique else ''}index {name}"
            if table.kind == "partitioned" and c.flag(f"{about}: {column.name}: {form}: a part's own", 4):
                yield f"{made}_0 on public.part_0 {form}"
                if c.flag(f"{about}: {column.name}: {form}: a part's commented", 4):
                    yield f"comment on index public.{name}_0 is 'of a part'"
            yield f"{made} on {table.name} {form}"
            if c.flag(f"{about}: {column.name}: {form}: commented", 6):
                yield f"comment on index public.{name} is 'fast'"


def hash_of(text: str) -> int:
    """A number for a text that is the same in each run."""
    return sum((place + 1) * ord(letter) for place, letter in enumerate(text))


def _forms(c: Choices, state: State, about: str, column: Column) -> Iterator[str]:
    name = column.name
    if column.family in ("number", "identity"):
        yield from (
            f"({name})",
            f"({name} desc nulls last)",
            f"using hash ({name})",
            f"({name}) where {name} is not null",
        )
        yield from (f"({name}) include (id)", f"({name}) with (fillfactor=80)", f"(({name}::text || 'i'))")
        if "mark" in state.functions:
            yield f"(public.mark({name}::text))"
        if "by_size" in state.functions and column.type == "integer":  # the class is for no other
            yield f"({name} public.by_size)"
    elif column.family == "text" and column.type != "public.held":
        yield from (f"(lower({name}::text))", f"({name})")
        for collation in state.collations:
            if column.type == "text":
                yield f"({name} collate {collation})"
        if column.type == "text":
            yield f"({name} text_pattern_ops)"
    elif column.family in ("enum", "time", "composite", "range"):
        yield f"({name})"
    elif column.family == "json" and column.type == "jsonb":
        yield from (f"using gin ({name})", f"using gin ({name} jsonb_path_ops)")
    elif column.family == "array":
        yield f"using gin ({name})"


def _statistics(c: Choices, about: str, table: Relation) -> Iterator[str]:
    columns = [each.name for each in table.of("number", "identity")]
    if len(columns) > 1 and c.flag(f"{about}: statistics", 3):
        kinds = c.one(f"{about}: statistics' kinds", "", "(ndistinct)", "(dependencies, mcv)")
        over = c.one(f"{about}: statistics' expressions", "", ", (id::text || 's')")
        name = f"public.{_letter(table)}_statistics"
        yield f"create statistics {name} {kinds} on {', '.join(columns[:2])}{over} from {table.name}"
        if c.flag(f"{about}: statistics' target", 4):
            yield f"alter statistics {name} set statistics 33"
        yield from satellites(c, "statistics", name)


def _rules(c: Choices, about: str, table: Relation) -> Iterator[str]:
    if event := c.one(f"{about}: rule", "", "", "", "delete", "update"):
        how = c.one(f"{about}: rule does", "instead nothing", "also delete from " + table.name + " where false")
        yield f"create rule ruled as on {event} to {table.name} where old.id::text = '77' do {how}"
        yield from satellites(c, "rule", f"ruled on {table.name}", owned=False)


def _triggers(c: Choices, about: str, table: Relation) -> Iterator[str]:
    for name in c.some(f"{about}: triggers", ["first", '"Second é"'], 3):
        when = c.one(f"{about}: {name}: when", "", "", " when (new.id::text <> 'x')")
        columns = c.one(f"{about}: {name}: columns", "", *(f" of {each.name}" for each in table.of("number")))
        event = c.one(f"{about}: {name}: event", "insert", f"update{columns}", f"insert or update{columns}")
        moment = c.one(f"{about}: {name}: moment", "before", "after", "constraint")
        trigger = "constraint trigger" if moment == "constraint" else "trigger"
        moment = "after" if moment == "constraint" else moment
        later = c.one(f"{about}: {name}: later", "", " deferrable") if trigger.startswith("c") else ""
        text = f"{moment} {event} on {table.name}{later} for each row{when} execute function public.touch()"
        yield f"create {trigger} {name} {text}"
        if state := c.one(f"{about}: {name}: state", "", "", "", "disable", "enable always"):
            yield f"alter table {table.name} {state} trigger {name}"
        yield from satellites(c, "trigger", f"{name} on {table.name}", owned=False)


def _policies(c: Choices, state: State, about: str, table: Relation) -> Iterator[str]:
    for way in c.some(f"{about}: row security", ["enable", "force"], 3):
        yield f"alter table {table.name} {way} row level security"
    marked = ["public.mark(id::text) = current_user"] if "mark" in state.functions else []
    others = [
        f"exists (select from {other.name} o where o.id::text = {table.name.split('.')[1]}.id::text)"
        for other in state.tables
    ]
    for name in c.some(f"{about}: policies", ["seen", '"It is é"'], 3):
        to = c.one(f"{about}: {name}: to", "public", "pg_monitor", "pg_monitor, pg_read_all_data")
        using = c.one(f"{about}: {name}: using", "true", "id::text = current_user", *marked, *others)
        command = c.one(f"{about}: {name}: command", "all", "select", "update")
        kind = c.one(f"{about}: {name}: kind", "permissive", "restrictive")
        check = c.one(f"{about}: {name}: check", "", " with check (id::text <> '')") if command != "select" else ""
        yield f"create policy {name} on {table.name} as {kind} for {command} to {to} using ({using}){check}"
        yield from satellites(c, "policy", f"{name} on {table.name}", owned=False)
