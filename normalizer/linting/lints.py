"""Lints: each a question to a server that holds the schema, under the name that Supabase's advisors have for it.

Left out of those is what only statistics, or the settings of a project's services, tell.
"""

from enum import IntEnum
from typing import Final, LiteralString

from pgnorm.catalog.model import Value, untold

_GUIDE: Final = "supabase.com/docs/guides/database/database-advisors?lint="


class Level(IntEnum):
    """How bad it is."""

    INFO = 1
    WARN = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word for it in options."""
        return self.name.lower()


class Lint(Value):
    """One lint. `sql` gives (keyword, schema, owner, name) of what it finds; `message` is said of that.

    It may use the parameters `owned` and `exposed`, the names of the project's schemas and of those among them that an
    API shows, and `roles`, the roles of that API that row security holds.
    """

    number: int
    name: str
    level: Level
    message: str
    cure: str
    sql: LiteralString = untold()

    @property
    def link(self) -> str:
        """The page that explains it."""
        return f"{_GUIDE}{self.number:04}_{self.name}"


_MINE: Final[LiteralString] = """
              and not exists (select from pg_depend e
                               where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
"""
_REACHED: Final[LiteralString] = """
              and exists (select from unnest(%(roles)s::text[]) r(name)
                           where has_any_column_privilege(r.name, c.oid, 'select, insert, update')
                              or has_table_privilege(r.name, c.oid, 'delete'))
"""
_POLICIES: Final[LiteralString] = """
    from (select p.polname, p.polrelid, p.polroles, p.polcmd, p.polpermissive
               , pg_get_expr(p.polqual, p.polrelid) as qual
               , pg_get_expr(p.polwithcheck, p.polrelid) as checked
            from pg_policy p) p
    join pg_class c     on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
"""

LINTS: Final = (
    Lint(
        number=13,
        name="rls_disabled_in_public",
        level=Level.ERROR,
        message="the API shows all its rows: it has no row security",
        cure="ALTER TABLE … ENABLE ROW LEVEL SECURITY, and a policy for who may see what.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and not c.relrowsecurity and n.nspname = any(%(exposed)s)"""
        + _MINE
        + _REACHED,
    ),
    Lint(
        number=7,
        name="policy_exists_rls_disabled",
        level=Level.ERROR,
        message="it has policies, and none of them counts: row security is off",
        cure="ALTER TABLE … ENABLE ROW LEVEL SECURITY.",
        sql="""
            select distinct 'TABLE', n.nspname::text, '', c.relname::text"""
        + _POLICIES
        + """where not c.relrowsecurity and n.nspname = any(%(owned)s)""",
    ),
    Lint(
        number=8,
        name="rls_enabled_no_policy",
        level=Level.INFO,
        message="row security is on and there is no policy, so only its owner and roles past it see rows",
        cure="Write a policy, or leave it so if nobody else is to see it.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and c.relrowsecurity and n.nspname = any(%(owned)s)
               and not exists (select from pg_policy p where p.polrelid = c.oid)"""
        + _MINE,
    ),
    Lint(
        number=10,
        name="security_definer_view",
        level=Level.ERROR,
        message="it reads with its owner's rights, so that row security does not hold its readers",
        cure="WITH (security_invoker = true).",
        sql="""
            select 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'v' and n.nspname = any(%(exposed)s)
               and not coalesce((select o.option_value::bool from pg_options_to_table(c.reloptions) o
                                  where o.option_name = 'security_invoker'), false)"""
        + _MINE
        + _REACHED,
    ),
    Lint(
        number=2,
        name="auth_users_exposed",
        level=Level.ERROR,
        message="the API shows by it what is in auth.users",
        cure="Take auth.users out, or revoke it from the roles of the API.",
        sql="""
            select distinct 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_rewrite w   on w.ev_class = c.oid
              join pg_depend d    on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                                 and d.refclassid = 'pg_class'::regclass
             where c.relkind in ('v', 'm') and n.nspname = any(%(exposed)s)
               and d.refobjid = to_regclass('auth.users')"""
        + _REACHED,
    ),
    Lint(
        number=15,
        name="rls_references_user_metadata",
        level=Level.ERROR,
        message="it trusts user_metadata, which users change themselves",
        cure="Take app_metadata, or a table of yours.",
        sql="""
            select 'POLICY', n.nspname::text, c.relname::text, p.polname::text"""
        + _POLICIES
        + """where n.nspname = any(%(owned)s) and concat(p.qual, p.checked) ~ 'auth\\.jwt\\(\\).*user_metadata'""",
    ),
    Lint(
        number=3,
        name="auth_rls_initplan",
        level=Level.WARN,
        message="it asks who is there for each row anew",
        cure="Write (select auth.uid()), which is asked once.",
        sql="""
            select 'POLICY', n.nspname::text, c.relname::text, p.polname::text"""
        + _POLICIES
        + """where n.nspname = any(%(owned)s)
               and regexp_replace(concat(p.qual, ' ', p.checked),
                                  'SELECT (auth\\.(uid|jwt|role|email)|current_setting)\\(', '', 'g')
                   ~ '(\\mauth\\.(uid|jwt|role|email)|\\mcurrent_setting)\\('""",
    ),
    Lint(
        number=6,
        name="multiple_permissive_policies",
        level=Level.WARN,
        message="several permissive policies are for the same role and command, and each is run for each row",
        cure="Make one of them, with OR.",
        sql="""
            select distinct 'TABLE', n.nspname::text, '', c.relname::text"""
        + _POLICIES
        + """cross join unnest(p.polroles) r(role)
             cross join regexp_split_to_table(case p.polcmd when '*' then 'rawd' else p.polcmd::text end, '') m(cmd)
             where n.nspname = any(%(owned)s) and p.polpermissive and c.relrowsecurity
             group by n.nspname, c.relname, r.role, m.cmd
            having count(*) > 1""",
    ),
    Lint(
        number=11,
        name="function_search_path_mutable",
        level=Level.WARN,
        message="it finds its names by whoever calls it: no search_path is set",
        cure="SET search_path TO '', and write names with their schemas.",
        sql="""
            select 'ROUTINE', n.nspname::text, '', p.proname::text
              from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where p.prokind in ('f', 'p', 'w') and n.nspname = any(%(owned)s)
               and not exists (select from unnest(p.proconfig) s(said) where s.said like 'search_path=%%')
               and p.prosqlbody is null
               and not exists (select from pg_depend e
                                where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')""",
    ),
    Lint(
        number=1,
        name="unindexed_foreign_keys",
        level=Level.INFO,
        message="no index begins with its columns, so that each DELETE over there reads the whole table",
        cure="CREATE INDEX on its columns.",
        sql="""
            select 'CONSTRAINT', n.nspname::text, c.relname::text, k.conname::text
              from pg_constraint k
              join pg_class c     on c.oid = k.conrelid
              join pg_namespace n on n.oid = c.relnamespace
             where k.contype = 'f' and k.conparentid = 0 and n.nspname = any(%(owned)s)
               and not exists (
                   select from pg_index i
                    where i.indrelid = c.oid and i.indisvalid and i.indpred is null
                      and (select array_agg(a.number order by a.number)
                             from unnest(i.indkey::int2[]) with ordinality a(number, at)
                            where a.at <= cardinality(k.conkey))
                          = (select array_agg(b.number order by b.number) from unnest(k.conkey) b(number)))""",
    ),
    Lint(
        number=4,
        name="no_primary_key",
        level=Level.INFO,
        message="it has no primary key",
        cure="Give it one: replication, and updates of single rows, need it.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(%(owned)s)
               and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)"""
        + _MINE,
    ),
    Lint(
        number=9,
        name="duplicate_index",
        level=Level.WARN,
        message="another index of its table is the same but for the name",
        cure="Drop one of them.",
        sql="""
            with found as (
                select i.indexrelid, c.relname, i.indrelid, n.nspname
                     , row_number() over (
                           partition by i.indrelid, c.relam, i.indkey, i.indclass, i.indcollation, i.indoption
                                      , i.indisunique, i.indnkeyatts
                                      , pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)
                           order by (exists (select from pg_constraint k where k.conindid = i.indexrelid)) desc
                                  , i.indisreplident desc, c.relname) as place
                  from pg_index i
                  join pg_class c     on c.oid = i.indexrelid
                  join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = any(%(owned)s))
            select 'INDEX', f.nspname::text, '', f.relname::text
              from found f
             where f.place > 1 and not exists (select from pg_constraint k where k.conindid = f.indexrelid)""",
    ),
    Lint(
        number=14,
        name="extension_in_public",
        level=Level.WARN,
        message="its functions and types lie among those of the project",
        cure="CREATE EXTENSION … WITH SCHEMA extensions.",
        sql="""
            select 'EXTENSION', '', '', e.extname::text
              from pg_extension e
             where e.extnamespace = to_regnamespace('public') and e.extrelocatable""",
    ),
    Lint(
        number=16,
        name="materialized_view_in_api",
        level=Level.WARN,
        message="the API shows all its rows: no row security holds a materialized view",
        cure="REVOKE it from the roles of the API, or move it out of the schema.",
        sql="""
            select 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'm' and n.nspname = any(%(exposed)s)"""
        + _MINE
        + _REACHED,
    ),
    Lint(
        number=17,
        name="foreign_table_in_api",
        level=Level.WARN,
        message="the API shows all its rows: no row security holds a foreign table",
        cure="REVOKE it from the roles of the API, or move it out of the schema.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'f' and n.nspname = any(%(exposed)s)"""
        + _MINE
        + _REACHED,
    ),
    Lint(
        number=18,
        name="unsupported_reg_types",
        level=Level.WARN,
        message="its type is an OID of an object, which pg_upgrade refuses",
        cure="Keep the name as text.",
        sql="""
            select 'COLUMN', n.nspname::text, c.relname::text, a.attname::text
              from pg_attribute a
              join pg_class c     on c.oid = a.attrelid
              join pg_namespace n on n.oid = c.relnamespace
              join pg_type t      on t.oid = a.atttypid
             where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and n.nspname = any(%(owned)s)
               and t.typnamespace = 'pg_catalog'::regnamespace
               and t.typname in ('regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator'
                                , 'regproc', 'regprocedure')""",
    ),
)
"""All lints, those first that open something."""
NAMES: Final = frozenset(lint.name for lint in LINTS)
