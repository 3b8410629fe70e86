"""Edits of what is said of objects: comments, privileges, row security, owners."""

from typing import Final

from .edit import ROLES, Edit, Studio, literal, quoted, subject


def comment(s: Studio) -> Edit:
    """A comment on anything, new, other or none."""
    kind, name = s.one(
        s.rows(
            "select type, identity from (select o.type, o.identity from pg_class c, lateral "
            "pg_identify_object('pg_class'::regclass, c.oid, 0) o where relnamespace = 'public'::regnamespace "
            "and relkind in ('r', 'v', 'i') union all select o.type, o.identity from pg_attribute a join pg_class c "
            "on c.oid = attrelid, lateral pg_identify_object('pg_class'::regclass, c.oid, attnum) o where attnum > 0 "
            "and not attisdropped and relnamespace = 'public'::regnamespace and relkind in ('r', 'v') union all "
            "select o.type, o.identity from pg_proc p, lateral pg_identify_object('pg_proc'::regclass, p.oid, 0) o "
            "where pronamespace = 'public'::regnamespace union all select o.type, o.identity from pg_policy p, lateral "
            "pg_identify_object('pg_policy'::regclass, p.oid, 0) o join pg_class c on true where c.oid = polrelid and "
            "relnamespace = 'public'::regnamespace union all select o.type, o.identity from pg_constraint p, lateral "
            "pg_identify_object('pg_constraint'::regclass, p.oid, 0) o where connamespace = 'public'::regnamespace "
            "and contype in ('c', 'f', 'u', 'p') union all select o.type, o.identity from pg_trigger p, lateral "
            "pg_identify_object('pg_trigger'::regclass, p.oid, 0) o join pg_class c on true where c.oid = tgrelid "
            "and relnamespace = 'public'::regnamespace and not tgisinternal union all select 'schema', 'public') q "
            "order by 1, 2"
        )
    )
    word = {"table column": "column", "view column": "column", "table constraint": "constraint"}.get(kind, kind)
    text = s.one(("'Said in Studio'", "'It''s; two\nlines'", "'-- no comment'", "null"))
    return Edit(sql=f"comment on {word} {name} is {text}", subjects=(subject(f"comment on {word}"),))


def change_comment(s: Studio) -> Edit:
    """Another comment on a table or column that has one."""
    found = s.rows(
        "select case when objsubid = 0 then case relkind when 'r' then 'table' else 'view' end else 'column' end, "
        "o.identity from pg_description d join pg_class c on c.oid = objoid, lateral pg_identify_object(classoid, "
        "objoid, objsubid) o where classoid = 'pg_class'::regclass and relnamespace = 'public'::regnamespace "
        "and relkind in ('r', 'v') order by 1, 2"
    )
    kind, name = s.one(found)
    return Edit(
        sql=f"comment on {kind} {name} is {s.one((literal('Other'), 'null'))}", subjects=(subject("comment on"),)
    )


def grant_on_table(s: Studio) -> Edit:
    name, role = s.relation("rv"), s.one(ROLES)
    what = s.one(("select", "all", "insert, update", "select, references", "truncate"))
    at = f"{what} on public.{quoted(name)}"
    sql = s.one((f"grant {at} to {role}", f"revoke {at} from {role}", f"grant {at} to {role} with grant option"))
    return Edit(sql=sql, subjects=(subject("grant|revoke", name),))


def grant_on_column(s: Studio) -> Edit:
    name, role = s.table(), s.one(ROLES)
    column, _ = s.column(name)
    what = f"{s.one(('select', 'update', 'insert'))} ({quoted(column)}) on public.{quoted(name)}"
    sql = s.one((f"grant {what} to {role}", f"revoke {what} from {role}"))
    return Edit(sql=sql, subjects=(subject("grant|revoke", name),))


def grant_on_routine(s: Studio) -> Edit:
    name, signature = s.one(
        s.rows(
            "select proname, oid::regprocedure from pg_proc where pronamespace = 'public'::regnamespace "
            "and prokind = 'f' order by 2"
        )
    )
    role = s.one((*ROLES, "public"))
    to = s.one((f"grant execute on function {signature} to {role}", f"revoke all on function {signature} from {role}"))
    return Edit(sql=to, subjects=(subject("grant|revoke", name),))


def grant_on_schema(s: Studio) -> Edit:
    role, what = s.one((*ROLES, "public")), s.one(("usage", "create", "all"))
    sql = s.one((f"grant {what} on schema public to {role}", f"revoke {what} on schema public from {role}"))
    return Edit(sql=sql, subjects=(subject("grant|revoke", "schema", "public"),))


def grant_on_all(s: Studio) -> Edit:
    role, what = s.one(ROLES), s.one(("tables", "sequences", "functions"))
    sql = s.one((f"grant all on all {what} in schema public to {role}", f"revoke all on all {what} in schema public "
                 f"from {role}"))  # fmt: skip
    return Edit(sql=sql, subjects=(subject("grant|revoke"),))


def change_default_privileges(s: Studio) -> Edit:
    role, what = s.one((*ROLES, "public")), s.one(("tables", "sequences", "functions", "types"))
    where = s.one(("", " in schema public"))
    to = s.one((f"grant all on {what} to", f"revoke all on {what} from"))
    return Edit(sql=f"alter default privileges{where} {to} {role}", subjects=(subject("alter default privileges"),))


ACCESS: Final = (
    comment, comment, comment, change_comment, grant_on_table, grant_on_table, grant_on_column, grant_on_routine,
    grant_on_routine, grant_on_schema, grant_on_all, change_default_privileges, change_default_privileges,
)  # fmt: skip
