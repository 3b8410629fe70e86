"""What statements that were lent a superuser's power may have left behind that would be more than they needed."""

from typing import Final, LiteralString

# What would let files do more than they may, by what a statement has just made: objects of Postgres' own that belong
# to, are replaced by or stand beside somebody else's; rights that initdb takes from everybody; functions by the name
# of a C function that is not one of Postgres' own for values of the same layout.
HARM: Final[LiteralString] = """
    select case
             when exists (select
                            from pg_catalog.pg_auth_members
                           where roleid in (10, 4569, 4570, 4571))
             then 'it lets a role reach the files and programs of the server'
             when exists (select
                            from pg_catalog.pg_init_privs i
                                 join pg_catalog.pg_proc p on p.oid = i.objoid
                           where i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                             and i.objoid < 16384
                             and p.proacl::pg_catalog.text is distinct from i.initprivs::pg_catalog.text
                             and pg_catalog.age(p.xmin) <= pg_catalog.age(%(start)s::pg_catalog.xid))
             then 'it gives away a right to what reaches beyond the database'
             when exists (select
                            from pg_catalog.pg_shdepend d
                           where d.dbid = (select oid from pg_catalog.pg_database
                                            where datname = pg_catalog.current_database())
                             and d.objid < 16384
                             and d.deptype = 'o'
                             and not (d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.objid = 2200)
                             and d.classid not in ('pg_catalog.pg_language'::pg_catalog.regclass,
                                                   'pg_catalog.pg_extension'::pg_catalog.regclass))
             then 'it gives away an object of Postgres itself'
             when exists (select
                            from pg_catalog.pg_proc p
                           where ((p.oid >= 16384 and p.pronamespace = 11) or (p.oid < 16384 and p.prolang = 14))
                             and pg_catalog.age(p.xmin) <= pg_catalog.age(%(start)s::pg_catalog.xid)
                             and not exists (select from pg_catalog.pg_depend d
                                              where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                                                and d.objid = p.oid and d.deptype = 'e'))
               or exists (select
                            from pg_catalog.pg_operator o
                           where o.oid >= 16384 and o.oprnamespace = 11
                             and not exists (select from pg_catalog.pg_depend d
                                              where d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass
                                                and d.objid = o.oid and d.deptype = 'e'))
             then 'it writes into pg_catalog'
             when exists (select
                            from pg_catalog.pg_proc p
                                 join pg_catalog.pg_language l on l.oid = p.prolang
                           where p.oid >= 16384
                             and not l.lanpltrusted
                             and pg_catalog.age(p.xmin) <= pg_catalog.age(%(start)s::pg_catalog.xid)
                             and not exists (select from pg_catalog.pg_depend d
                                              where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                                                and d.objid = p.oid and d.deptype = 'e')
                             and not exists (select
                                               from pg_catalog.pg_proc b
                                              where b.oid < 16384 and b.prolang = 12 and p.prolang = 12
                                                and b.prosrc = p.prosrc
                                                and (b.pronargs = p.pronargs
                                                     or b.oid in (select t.typinput from pg_catalog.pg_type t))
                                                and not exists (select from pg_catalog.pg_init_privs i
                                                                 where i.classoid =
                                                                       'pg_catalog.pg_proc'::pg_catalog.regclass
                                                                   and i.objoid = b.oid)))
             then 'it makes a function in a language that may do anything'
           end
"""
"""Answers why, in a person's words, or null; `start` is a transaction id older than the load."""

DISARM: Final[LiteralString] = """
    update pg_catalog.pg_proc p
       set probin = '$libdir/not for files'
      from pg_catalog.pg_depend d
     where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
       and d.objid = p.oid
       and d.deptype = 'e'
       and p.prolang = 13
       and p.oid >= 16384
       and (p.probin = '$libdir/dblink'
            or exists (select from pg_catalog.pg_init_privs i
                        where i.classoid = d.classid and i.objoid = p.oid
                          and not exists (select from pg_catalog.aclexplode(i.initprivs) a where a.grantee = 0)))
"""
"""Takes away what the functions of extensions do that reach beyond the database: they belong to the role of files."""
