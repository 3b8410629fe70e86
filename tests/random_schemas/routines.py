"""Functions that no table is needed for, and what is made of them: aggregates, operators, casts, languages and more."""

from .choosing import Choices
from .state import State, satellites

MARK, SAME, ADD, TOUCH, NOTICE = "mark", "same", "add", "touch", "notice"
_EXECUTE = ("execute",)


def make_routines(c: Choices, state: State) -> None:
    _functions(c, state)
    _procedures(c, state)
    _made_of_functions(c, state)
    _casts(c, state)
    _operator_classes(c, state)
    _languages(c, state)


def _functions(c: Choices, state: State) -> None:
    _function(c, state, MARK, ("text",), ("text", "varchar"), ("$1 || 'm'", "$1 || ''"))
    _function(c, state, SAME, ("text", "text"), ("boolean",), ("$1 = $2", "not ($1 <> $2)"))
    _function(c, state, ADD, ("bigint", "bigint"), ("bigint",), ("$1 + $2", "$2 + $1"))
    for name, result in ((TOUCH, "trigger"), (NOTICE, "event_trigger")):
        if c.flag(f"function {name}: there"):
            value = " coalesce(new, old)" if name == TOUCH else ""
            body = c.one(f"function {name}: body", f"return{value};", f"perform 1;\n  return{value};")
            text = f"begin\n  {body}\nend"
            state.add(f"create function public.{name}() returns {result} language plpgsql as $${text}$$")
            state.add(*satellites(c, "function", f"public.{name}()", _EXECUTE))
            state.functions.add(name)


def _function(
    c: Choices, state: State, name: str, types: tuple[str, ...], results: tuple[str, ...], bodies: tuple[str, ...]
) -> None:
    about = f"function {name}"
    if not c.flag(f"{about}: there"):
        return
    result, body = c.one(f"{about}: result", *results), c.one(f"{about}: body", *bodies)
    letters = c.one(f"{about}: arguments", "ab", "xy", "  ")
    listed = ", ".join(f"{letter} {each}".strip() for letter, each in zip(letters, types, strict=False))
    form = c.one(f"{about}: form", "sql", "plpgsql", "atomic")
    how = {
        "sql": f"language sql as $$ select {body} $$",
        "plpgsql": f"language plpgsql as $$begin return {body}; end$$",
        "atomic": f"language sql return ({body})::{result}",
    }
    more = c.some(f"{about}: more", ["strict", "leakproof", "security definer", "parallel safe", "cost 7"], 5)
    settings = c.some(f"{about}: settings", ["search_path = pg_catalog", "work_mem = '8MB'"], 5)
    options = " ".join(["immutable", *more, *(f"set {each}" for each in settings)])
    state.add(f"create function public.{name}({listed}) returns {result} {options} {how[form]}")
    state.add(*satellites(c, "function", f"public.{name}({', '.join(types)})", _EXECUTE))
    state.functions.add(name)


def _procedures(c: Choices, state: State) -> None:
    if c.flag("procedure run: there", 3):
        body = c.one("procedure run: body", "null;", "perform 1;")
        argument = c.one("procedure run: argument", "n integer", "m integer", "n integer default 3", "inout n integer")
        text = f"create procedure public.run({argument}) language plpgsql as $$ begin {body} end $$"
        state.add(text, *satellites(c, "procedure", "public.run(integer)", _EXECUTE))


def _made_of_functions(c: Choices, state: State) -> None:
    if ADD in state.functions and c.flag("aggregate total: there"):
        more = c.one("aggregate total: more", "", ", initcond = '0'", ", initcond = '0', parallel = safe")
        state.add(f"create aggregate public.total(bigint) (sfunc = public.add, stype = bigint{more})")
        state.add(*satellites(c, "aggregate", "public.total(bigint)", _EXECUTE))
        state.functions.add("total")
    if SAME in state.functions and c.flag("operator: there"):
        more = c.one("operator: more", "", ", commutator = ===", ", restrict = eqsel, join = eqjoinsel", ", hashes")
        text = f"function = public.same, leftarg = text, rightarg = text{more}"
        state.add(f"create operator public.=== ({text})")
        state.add(*satellites(c, "operator", "public.=== (text, text)"))
        state.functions.add("===")
    if NOTICE in state.functions:
        for name in c.some("event triggers: there", ["watches", "guards"], 3):
            _event_trigger(c, state, name)


def _event_trigger(c: Choices, state: State, name: str) -> None:
    about = f"event trigger {name}"
    event = c.one(f"{about}: event", "ddl_command_end", "ddl_command_start", "sql_drop")
    tags = c.one(f"{about}: tags", "", " when tag in ('CREATE TABLE')", " when tag in ('DROP VIEW', 'CREATE VIEW')")
    state.add(f"create event trigger {name} on {event}{tags} execute function public.notice()")
    if way := c.one(f"{about}: state", "", "", "disable", "enable always"):
        state.add(f"alter event trigger {name} {way}")
    state.add(*satellites(c, "event trigger", name, owned=False))


def _casts(c: Choices, state: State) -> None:
    for type_ in state.types.get("composite", ()):
        if c.flag(f"cast {type_}: there", 3):
            how = c.one(f"cast {type_}: how", "with inout", "with inout as assignment")
            state.add(f"create cast ({type_} as jsonb) {how}")
            state.add(*satellites(c, "cast", f"({type_} as jsonb)", owned=False))


def _operator_classes(c: Choices, state: State) -> None:
    if c.flag("operator family: there", 4):
        state.add("create operator family public.kin using btree")
        if c.flag("operator family: more"):
            state.add("alter operator family public.kin using btree add operator 1 < (integer, bigint)")
        state.add(*satellites(c, "operator family", "public.kin using btree", owned=False))
    if c.flag("operator class: there", 4):
        more = c.one("operator class: more", "", ", operator 5 >", ", operator 2 <=, operator 4 >=")
        text = f"operator 1 <, operator 3 ={more}, function 1 btint4cmp(integer, integer)"
        state.add(f"create operator class public.by_size for type integer using btree as {text}")
        state.functions.add("by_size")


def _languages(c: Choices, state: State) -> None:
    if c.flag("language: there", 5):
        state.add(
            "create function public.call() returns language_handler language c"
            " as '$libdir/plpgsql', 'plpgsql_call_handler'",
            f"create {c.one('language: trusted', '', 'trusted ')}language mine handler public.call",
            *satellites(c, "language", "mine"),
        )
    if c.flag("access method: there", 5):
        state.add("create access method tree type index handler bthandler")
    if c.flag("conversion: there", 5):
        how = c.one(
            "conversion: how", "'LATIN1' to 'UTF8' from iso8859_1_to_utf8", "'LATIN2' to 'UTF8' from iso8859_to_utf8"
        )
        state.add(f"create conversion public.latin for {how}", *satellites(c, "conversion", "public.latin"))
    if c.flag("transform: there", 5):
        to = c.one("transform: to", "", ", to sql with function pg_catalog.int4recv(internal)")
        state.add(
            f"create transform for int language sql (from sql with function pg_catalog.prsd_lextype(internal){to})"
        )
