"""Queries for what statements that were lent a superuser's power may have left behind beyond what they needed."""

from typing import Final, LiteralString

_GIVES_RIGHT: Final[LiteralString] = """
             when exists (select from pg_init_privs i join pg_proc p on p.oid = i.objoid
                           where i.classoid = 'pg_proc'::regclass
                             and i.objoid < 16384
                             and p.proacl::text is distinct from i.initprivs::text
                             and age(p.xmin) <= age('{start}'::xid))
             then 'it gives away a right to what reaches beyond the database'
"""
HARM_OF_RIGHTS: Final[LiteralString] = "select case " + _GIVES_RIGHT + " end"
"""As HARM, for statements that do no more than GRANT or REVOKE rights on objects: all else is as it was."""
HARM: Final[LiteralString] = (
    """
      with reaching (role) as (values (10::oid), (4569), (4570), (4571))
         , written as (select p.* from pg_proc p where age(xmin) <= age('{start}'::xid))
         , own as (select * from written p
                    where not exists (select from pg_depend
                                       where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e'))
         , restricted (oid) as (select objoid from pg_init_privs
                                 where classoid = 'pg_proc'::regclass and objoid < 16384)
    select case
             when exists (select from pg_auth_members where roleid in (select role from reaching))
             then 'it lets a role reach the files and programs of the server'
             when exists (select from pg_proc
                           where oid >= 16384 and prosecdef and proowner in (select role from reaching)
                             and (md5(prosrc), proconfig)
                                 is distinct from ('30da5e9e9ae84b01e2e23b2932233bce',
                                                   array['search_path=pg_catalog, pg_temp']))
               or exists (select from pg_class c
                           where oid >= 16384 and relowner in (select role from reaching)
                             and case relkind
                                   when 'm' then true
                                   when 'i' then exists (select from pg_index i
                                                          where i.indexrelid = c.oid
                                                            and (indexprs is not null or indpred is not null))
                                   else relkind in ('r', 'p', 'f', 'v')
                                        and not exists (select from pg_depend
                                                         where classid = 1259 and objid = c.oid and deptype = 'e')
                                 end)
             then 'it gives an object to a role that reaches the files and programs of the server'
"""
    + _GIVES_RIGHT
    + """
             when exists (select from pg_shdepend
                           where dbid = (select oid from pg_database where datname = current_database())
                             and objid < 16384
                             and deptype = 'o'
                             and (classid, objid) <> ('pg_namespace'::regclass, 2200)
                             and classid not in ('pg_language'::regclass, 'pg_extension'::regclass))
             then 'it gives away an object of Postgres itself'
             when exists (select from own where oid >= 16384 and pronamespace = 11 or oid < 16384 and prolang = 14)
               or exists (select from pg_operator o
                           where oid >= 16384
                             and oprnamespace = 11
                             and not exists (select from pg_depend
                                              where classid = 'pg_operator'::regclass
                                                and objid = o.oid and deptype = 'e'))
             then 'it writes into pg_catalog'
             when exists (select from own p join pg_language l on l.oid = p.prolang
                           where p.oid >= 16384
                             and not l.lanpltrusted
                             and not exists (select from pg_proc b
                                              where b.oid < 16384 and b.prolang = 12 and p.prolang = 12
                                                and b.prosrc = p.prosrc
                                                and (b.pronargs = p.pronargs
                                                     or b.oid in (select typinput from pg_type))
                                                and b.oid not in (select oid from restricted)))
             then 'it makes a function in a language that may do anything'
           end
"""
)
"""Answers why, in a person's words, or null; `{start}` is a transaction id older than the load."""

REACHING: Final[LiteralString] = """
    select p.oid
      from pg_proc p
           join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
     where p.prolang = 13
       and p.oid >= 16384
       and (p.probin = '$libdir/dblink'
            or exists (select from pg_init_privs i
                        where i.classoid = d.classid and i.objoid = p.oid
                          and not exists (select from aclexplode(i.initprivs) a where a.grantee = 0)))
"""
"""The functions of extensions that reach beyond the database: the role of files owns them."""
DISARMED: Final = "$libdir/not for files"
"""The library of these functions, which is none."""
