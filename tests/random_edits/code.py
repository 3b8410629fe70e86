"""Edits of what holds code: functions, views, triggers, policies."""

from typing import Final

from .edit import Edit, Studio, literal, quoted, subject


def _routine(s: Studio) -> tuple[str, str, str]:
    """The name, the signature and the definition of a function in public."""
    name, signature, text = s.one(
        s.rows(
            "select proname, oid::regprocedure, pg_get_functiondef(oid) from pg_proc where pronamespace = "
            "'public'::regnamespace and prokind in ('f', 'p') and not exists (select from pg_depend d "
            "where d.objid = pg_proc.oid and d.deptype = 'e') order by 2"
        )
    )
    return name, signature, text


def change_body(s: Studio) -> Edit:
    name, _, text = _routine(s)
    if "begin" in text.lower():
        at = text.lower().index("begin") + len("begin")
        text = f"{text[:at]}\n  -- changed in Studio\n  perform 'a;b';{text[at:]}"
    else:
        text = text.replace("select", "select /* all */", 1)
    return Edit(sql=text, subjects=(subject("create function|create procedure", name),))


def change_attributes(s: Studio) -> Edit:
    name, signature, _ = _routine(s)
    to = s.one(("stable", "volatile", "immutable", "security definer", "security invoker", "set search_path = ''",
                "set search_path = public, extensions", "reset all", "cost 50", "strict", "parallel safe", "leakproof",
                "set statement_timeout = '5s'"))  # fmt: skip
    return Edit(sql=f"alter routine {signature} {to}", subjects=(subject("create function|create procedure", name),))


def drop_routine(s: Studio) -> Edit:
    name, signature, _ = _routine(s)
    return Edit(sql=f"drop routine {signature} cascade", subjects=(subject("", name),))


def rename_routine(s: Studio) -> Edit:
    name, signature, _ = _routine(s)
    sql = f"alter routine {signature} rename to {quoted(f'{name}_now')}"
    return Edit(sql=sql, subjects=(subject("", name), subject("", f"{name}_now")))


def create_routine(s: Studio) -> Edit:
    table = s.table()
    name, sql = s.one(
        (
            ("hello", "create function public.hello(name text default 'you; me') returns text language sql immutable "
             "as $$ select 'hello ' || name -- all\n $$"),
            ("hello", "create procedure public.hello(n int) language plpgsql as $x$ begin perform 1; end $x$"),
            ("listed", f"create function public.listed(n int) returns setof public.{quoted(table)} language sql stable "
             f"set search_path = '' as $$ select * from public.{quoted(table)} limit n $$"),
            ("pair", "create function public.pair(out a int, out b text) language sql as $$ select 1, 'x' $$"),
            ("atomic", "create function public.atomic(x int) returns int language sql begin atomic select x + 1; end"),
            ("guard", "create function public.guard() returns trigger language plpgsql security definer set "
             "search_path = '' as $$ begin return new; end $$"),
        )
    )  # fmt: skip
    if s.flag(3):
        sql += f"; revoke execute on routine public.{name} from public"
    if s.flag(4):
        sql += f"; comment on routine public.{name} is 'Says it'"
    return Edit(sql=sql, subjects=(subject("", name),))


def create_overload(s: Studio) -> Edit:
    name, _, _ = _routine(s)
    sql = f"create function public.{quoted(name)}(a point, b circle) returns bool language sql as 'select true'"
    return Edit(sql=sql, subjects=(subject("", name),))


def _view(s: Studio) -> tuple[str, str]:
    name, text = s.one(
        s.rows(
            "select relname, pg_get_viewdef(oid) from pg_class where relnamespace = 'public'::regnamespace "
            "and relkind = 'v' order by 1"
        )
    )
    return name, text.rstrip().removesuffix(";")


def extend_view(s: Studio) -> Edit:
    """A view with one more column, otherwise as a studio shows it."""
    name, text = _view(s)
    options = s.names(f"select array_to_string(reloptions, ', ') from pg_class where relname = {literal(name)} "
                      "and reloptions is not null")  # fmt: skip
    having = f" with ({options[0]})" if options else ""
    head, found, tail = text.partition("\n   FROM ")
    text = f"{head},\n    1 AS one_more{found}{tail}" if "UNION" not in text else f"select *, 1 as one from ({text}) q"
    sql = f"create or replace view public.{quoted(name)}{having} as {text}"
    return Edit(sql=sql, subjects=(subject("create view", name),))


def narrow_view(s: Studio) -> Edit:
    """A view with one more condition."""
    name, text = _view(s)
    sql = f"create or replace view public.{quoted(name)} as {text} limit 1000"
    return Edit(sql=sql, subjects=(subject("create view", name),))


def set_view_options(s: Studio) -> Edit:
    name, _ = _view(s)
    to = s.one(("set (security_invoker = off)", "reset (security_invoker)", "set (security_barrier)",
                "set (security_invoker = on)"))  # fmt: skip
    return Edit(sql=f"alter view public.{quoted(name)} {to}", subjects=(subject("create view", name),))


def rename_view_column(s: Studio) -> Edit:
    name, _ = _view(s)
    column, _ = s.column(name)
    sql = f"alter view public.{quoted(name)} rename column {quoted(column)} to {quoted(f'{column}_now')}"
    return Edit(sql=sql, subjects=(subject("create view", name),))


def drop_view(s: Studio) -> Edit:
    name, _ = _view(s)
    return Edit(sql=f"drop view public.{quoted(name)} cascade", subjects=(subject("", name),))


def rename_view(s: Studio) -> Edit:
    name, _ = _view(s)
    sql = f"alter view public.{quoted(name)} rename to {quoted(f'{name}_now')}"
    return Edit(sql=sql, subjects=(subject("", name), subject("", f"{name}_now")))


def create_view(s: Studio) -> Edit:
    table = s.table()
    columns = [quoted(name) for name, _ in s.columns(table)]
    what, options = s.one((("view", ""), ("view", " with (security_invoker = true)"), ("materialized view", "")))
    query = f"select {', '.join(columns[:3])} from public.{quoted(table)} where id > 0"
    sql = f"create {what} public.shown{options} as {query}"
    if what != "view":
        sql += "; create unique index on public.shown (id)"
    elif s.flag(3):
        sql += "; comment on view public.shown is 'Shown'; grant select on public.shown to anon"
    return Edit(sql=sql, subjects=(subject("", "shown"),))


def _trigger(s: Studio) -> tuple[str, str, str, str]:
    """The table in its schema and without, the name and the definition of a trigger that calls a project's function."""
    qualified, table, name, text = s.one(
        s.rows(
            "select tgrelid::regclass, c.relname, tgname, pg_get_triggerdef(t.oid) from pg_trigger t join pg_proc p "
            "on p.oid = tgfoid join pg_class c on c.oid = tgrelid where not tgisinternal "
            "and pronamespace = 'public'::regnamespace order by 1, 2, 3"
        )
    )
    return qualified, table, name, text


def create_trigger(s: Studio) -> Edit:
    table = s.table()
    function = s.one(
        s.names("select proname from pg_proc where prorettype = 'trigger'::regtype and pronamespace = "
                "'public'::regnamespace order by 1")
    )  # fmt: skip
    column, _ = s.column(table)
    event = s.one(("before insert", "after update", f"before update of {quoted(column)}", "after delete or insert"))
    when = s.one(("", "", " when (pg_trigger_depth() < 1)"))
    sql = (f"create trigger new_trigger {event} on public.{quoted(table)} for each row{when} "
           f"execute function public.{quoted(function)}('a''b')")  # fmt: skip
    return Edit(sql=sql, subjects=(subject("create trigger|comment on trigger", "new_trigger"),))


def change_trigger(s: Studio) -> Edit:
    _, _, name, text = _trigger(s)
    sql = text.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
    for before, after in ((" AFTER ", " BEFORE "), (" BEFORE ", " AFTER ")):
        if before in sql:
            sql = sql.replace(before, after, 1)
            break
    return Edit(sql=sql, subjects=(subject("create trigger|comment on trigger", name),))


def drop_trigger(s: Studio) -> Edit:
    qualified, _, name, _ = _trigger(s)
    subjects = (subject("create trigger|comment on trigger", name),)
    return Edit(sql=f"drop trigger {quoted(name)} on {qualified}", subjects=subjects)


def rename_trigger(s: Studio) -> Edit:
    qualified, _, name, _ = _trigger(s)
    verbs, to = "create trigger|comment on trigger", f"{name}_now"
    sql = f"alter trigger {quoted(name)} on {qualified} rename to {quoted(to)}"
    return Edit(sql=sql, subjects=(subject(verbs, name), subject(verbs, to)))


def disable_trigger(s: Studio) -> Edit:
    qualified, table, name, _ = _trigger(s)
    to = s.one(("disable", "enable always", "enable replica"))
    subjects = (subject("alter table|create trigger", table, name),)
    return Edit(sql=f"alter table {qualified} {to} trigger {quoted(name)}", subjects=subjects)


def _policy(s: Studio) -> tuple[str, str, str]:
    """The table in its schema, the name of a policy and its command."""
    qualified, name, command = s.one(
        s.rows(
            "select polrelid::regclass, polname, polcmd from pg_policy join pg_class c on c.oid = polrelid where "
            "relnamespace in ('public'::regnamespace, 'storage'::regnamespace) order by 1, 2"
        )
    )
    return qualified, name, command


def create_policy(s: Studio) -> Edit:
    table = s.table()
    name = s.one(("Enable read access for all users", "new policy", 'It\'s "odd"'))
    said = s.one(
        (
            "for select using (true)",
            "for insert to authenticated with check ((select auth.uid()) is not null)",
            "as restrictive to anon using (false)",
            "for all to authenticated, service_role using (id > 0) with check (id > 0 and true)",
            "for delete to authenticated using ((select auth.jwt()) ->> 'email' like '%;%')",
            "for update using (auth.role() = 'authenticated')",
        )
    )
    return Edit(
        sql=f"create policy {quoted(name)} on public.{quoted(table)} {said}",
        subjects=(subject("create policy", name, table),),
    )


def change_policy(s: Studio) -> Edit:
    qualified, name, command = _policy(s)
    using, check = "using ((select auth.uid()) is not null)", "with check (auth.role() <> 'a;b')"
    to = s.one(("to anon, authenticated", "to public", check if command == "a" else using,
                f"{using} {check}" if command in "w*" else "to service_role"))  # fmt: skip
    sql = f"alter policy {quoted(name)} on {qualified} {to}"
    return Edit(sql=sql, subjects=(subject("create policy", name),))


def drop_policy(s: Studio) -> Edit:
    qualified, name, _ = _policy(s)
    sql = f"drop policy {quoted(name)} on {qualified}"
    return Edit(sql=sql, subjects=(subject("create policy|comment on policy", name),))


def rename_policy(s: Studio) -> Edit:
    qualified, name, _ = _policy(s)
    to = f"{name} now"
    sql = f"alter policy {quoted(name)} on {qualified} rename to {quoted(to)}"
    return Edit(sql=sql, subjects=(subject("create policy", name), subject("create policy", to)))


def remake_policy(s: Studio) -> Edit:
    """Dropped and made again for another command, as a studio does."""
    qualified, name, _ = _policy(s)
    command = s.one(("select", "delete"))
    sql = (f"drop policy {quoted(name)} on {qualified}; create policy {quoted(name)} on {qualified} for {command} "
           "to authenticated using (auth.uid() is not null)")  # fmt: skip
    return Edit(sql=sql, subjects=(subject("create policy", name),))


CODE: Final = (
    change_body, change_body, change_attributes, change_attributes, drop_routine, rename_routine, create_routine,
    create_routine, create_overload, extend_view, narrow_view, set_view_options, rename_view_column, drop_view,
    rename_view, create_view, create_view, create_trigger, change_trigger, drop_trigger, rename_trigger,
    disable_trigger, create_policy, create_policy, change_policy, change_policy, drop_policy, rename_policy,
    remake_policy,
)  # fmt: skip
