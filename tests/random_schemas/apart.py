"""Objects beside tables: publications, foreign data, text search, default privileges, subscriptions."""

from collections.abc import Iterator

from .choosing import Choices
from .state import State, satellites
from .tables import PRIVILEGES


def make_others(c: Choices, state: State) -> None:
    _publications(c, state)
    _foreign_data(c, state)
    _text_search(c, state)
    if c.flag("subscription: there", 6):
        publication = c.one("subscription: publication", "p", "p, q")
        state.add(
            f"create subscription taken connection 'dbname=x' publication {publication}"
            " with (connect = false, slot_name = none)"
        )


def _publications(c: Choices, state: State) -> None:
    for name in c.some("publications: there", ["told", "shown"], 3):
        about = f"publication {name}"
        scope = c.one(f"{about}: scope", "", "tables", "tables", "schema" if c.major >= 15 else "", "all")
        chosen = c.some(f"{about}: tables", [each.name for each in state.tables if not each.unlogged])
        listed = {
            "tables": f" for table {', '.join(f'only {each}' for each in chosen)}" if chosen else "",
            "schema": f" for tables in schema {c.one(f'{about}: schema', *state.schemas)}",
            "all": " for all tables",
        }.get(scope, "")
        publish = c.one(f"{about}: publish", " with (publish = 'insert')", " with (publish = 'insert, truncate')")
        state.add(f"create publication {name}{listed}{publish}", *satellites(c, "publication", name, owned=False))


def _foreign_data(c: Choices, state: State) -> None:
    if not c.flag("foreign data wrapper far: there", 3):
        return
    options = c.one("foreign data wrapper far: options", "", " options (a 'b')", " options (a 'c', d 'e')")
    state.add(f"create foreign data wrapper far{options}", *satellites(c, "foreign data wrapper", "far", owned=False))
    if not c.flag("server there: there"):
        return
    version = c.one("server there: version", "", " version '1'", " version '2'")
    options = c.one("server there: options", "", " options (host 'x')")
    state.add(f"create server there{version} foreign data wrapper far{options}")
    state.add(*satellites(c, "server", "there", ("usage",)))
    for role in c.some("server there: mappings", ["public", "pg_monitor"], 3):
        state.add(
            f"create user mapping for {role} server there {c.one(f'mapping {role}: options', '', 'options (u $$v$$)')}"
        )
    if c.flag("foreign table outside: there"):
        state.add(*_foreign_table(c))


def _foreign_table(c: Choices) -> Iterator[str]:
    about = "foreign table outside"
    columns = [
        f"{each} {c.one(f'{about}: {each}: type', 'integer', 'text', 'bigint')}"
        + c.one(f"{about}: {each}: more", "", " not null", " options (name 'n')")
        for each in ["id", *c.some(f"{about}: columns", ["a", "b"])]
    ]
    options = c.one(f"{about}: options", "", " options (t 'x')")
    yield f"create foreign table public.outside ({', '.join(columns)}) server there{options}"
    yield from satellites(c, "foreign table", "public.outside", PRIVILEGES)


def _text_search(c: Choices, state: State) -> None:
    if c.flag("text search template: there", 5):
        init = c.one("text search template: init", "", "init = dsimple_init, ")
        state.add(f"create text search template public.form ({init}lexize = dsimple_lexize)")
    if c.flag("text search parser: there", 5):
        head = c.one("text search parser: headline", "", ", headline = prsd_headline")
        body = f"start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype{head}"
        state.add(f"create text search parser public.cut ({body})")
    words = c.flag("text search dictionary: there", 3)
    if words:
        options = c.one("text search dictionary: options", "", ", stopwords = english", ", accept = false")
        state.add(f"create text search dictionary public.words (template = simple{options})")
        state.add(*satellites(c, "text search dictionary", "public.words"))
    if c.flag("text search configuration: there", 3):
        copied = c.one("text search configuration: copies", "simple", "english")
        state.add(f"create text search configuration public.search (copy = {copied})")
        which = c.one("text search configuration: word", "", *(["public.words"] * words), "english_stem, simple")
        if which:
            state.add(f"alter text search configuration public.search alter mapping for word with {which}")
        state.add(*satellites(c, "text search configuration", "public.search"))
        for table in state.tables:
            if table.columns.get("s") and c.flag(f"on {table.name}: searched", 3):
                state.add(f"create index on {table.name} using gin (to_tsvector('public.search', s::text))")


def default_privileges(c: Choices) -> Iterator[str]:
    """Default privileges, which count for what is made behind them."""
    for kind, privilege in (("tables", "select"), ("functions", "execute"), ("sequences", "usage"), ("types", "usage")):
        # What an extension brings is granted by those that count for its schema as it comes, which no plan takes back.
        where = c.one(f"default privileges: {kind}", "", "", "in schema public ")
        if where:
            to = c.one(f"default privileges: {kind}: to", "pg_monitor", "public")
            yield f"alter default privileges {where}grant {privilege} on {kind} to {to}"
