"""Views in an order of their own, materialized views, functions upon them."""

from .choosing import Choices
from .state import Relation, State, satellites
from .tables import PRIVILEGES

_COLUMNS = ("id", "a", "b", "s", "e", "k")


def make_views(c: Choices, state: State) -> None:
    for name in c.order("views: order", ["v1", "v2", '"V three"', "kept"]):
        sources = [*state.tables, *state.views]
        if sources and c.flag(f"view {name}: there"):
            _view(c, state, name, sources)
    relations = [*state.tables, *state.views]
    for name in c.some("functions on rows: there", ["counted", "listed", "told"]) if relations else ():
        _function(c, state, name, relations)


def _view(c: Choices, state: State, name: str, sources: list[Relation]) -> None:
    about = f"view {name}"
    if name == "kept":
        sources = state.tables  # a role without the right to read would fill it
    if not sources:
        return
    chosen = c.one(f"{about}: source", *(each.name for each in sources))
    source = next(each for each in sources if each.name == chosen)
    columns = ["id", *c.some(f"{about}: columns", [each for each in _COLUMNS[1:] if each in source.columns])]
    columns = c.order(f"{about}: order", columns) if c.flag(f"{about}: reordered", 4) else columns
    listed = [f"x.{each}" for each in columns]
    extra = ["x.id::text || 'v'"]
    extra += ["public.mark(x.id::text)"] if "mark" in state.functions else []
    extra += ["x.id::text operator(public.===) 'u'"] if "===" in state.functions else []
    if more := c.one(f"{about}: more", "", "", *extra):
        listed.append(f"{more} as more")
    joined = c.one(f"{about}: joined", "", "", *(each.name for each in sources))
    # Both may have a collation of their own.
    joins = f' left join {joined} y on x.id::text = y.id::text collate "C"' if joined else ""
    where = c.one(f"{about}: where", "", "", " where x.id is not null", " where x.id::text <> 'x'")
    query = f"select {', '.join(listed)} from {source.name} x{joins}{where}"
    if name == "kept":
        _materialized(c, state, query)
    else:
        options = c.some(f"{about}: options", ["security_barrier"] + ["security_invoker"] * (c.major >= 15), 4)
        listing = f" with ({', '.join(options)})" if options else ""
        updatable = not joins and source.kind == "table"
        check = c.one(f"{about}: check option", "", "", " with cascaded check option" if updatable else "")
        state.add(f"create view public.{name}{listing} as {query}{check}")
        state.add(*satellites(c, "view", f"public.{name}", PRIVILEGES))
        if c.flag(f"{about}: column commented", 6):
            state.add(f"comment on column public.{name}.id is 'first'")
        if "touch" in state.functions and c.flag(f"{about}: trigger", 4):
            event = f"instead of insert on public.{name}"
            state.add(f"create trigger instead {event} for each row execute function public.touch()")
    state.views.append(Relation(f"public.{name}", {each: source.columns[each] for each in columns}, kind="view"))


def _materialized(c: Choices, state: State, query: str) -> None:
    about = "view kept"
    filled = c.one(f"{about}: filled", "", "", " with no data")
    state.add(f"create materialized view public.kept as {query}{filled}")
    for number, form in enumerate(c.some(f"{about}: indexed", ["(id)", "((id::text || 'k'))"])):
        state.add(f"create index kept_{number} on public.kept {form}")
    state.add(*satellites(c, "materialized view", "public.kept", PRIVILEGES, owned=False))


def _function(c: Choices, state: State, name: str, relations: list[Relation]) -> None:
    about = f"function {name}"
    source = c.one(f"{about}: source", *(each.name for each in relations))
    by_text = f"as $$ select count(*) from {source} $$"
    atomic = f"begin atomic select count(id) from {source}; end"
    form = {
        "counted": f"returns bigint language sql {c.one(f'{about}: form', by_text, atomic)}",
        "listed": f"returns setof {source} language plpgsql as $$ begin return query select * from {source}; end $$",
        "told": f"returns table (id text) language sql as $$ select id::text from {source} $$",
    }[name]
    argument = c.one(f"{about}: argument", "", f"given {source}", "n integer default 1")
    state.add(f"create function public.{name}({argument}) {form}")
