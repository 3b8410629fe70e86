"""Filling of a seed's databases and roles: with a role that files run as, and with the platform."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident

from ..platforms import Platform
from .connections import ADMINISTRATOR, MEMBERS, OWNER, OWNERS, SUPERUSERS, connect_private, session_options
from .server import Server

if TYPE_CHECKING:
    from psycopg import Connection

# What initdb makes is its superuser's. What a person sees of that is made the role's that files run as, which is to
# have every right that can't be turned against the server, and to be a member of all roles that files make.
_ROLES: Final = f"""
    update pg_catalog.pg_authid set rolname = '{ADMINISTRATOR}' where oid = 10;
    create role {OWNER} superuser createdb createrole replication bypassrls login;
    create role members nologin;
    create role owners nologin;
    create role superusers nologin;
    update pg_catalog.pg_authid
       set rolname = 'pg_norm_' || rolname
     where rolname in ('members', 'owners', 'superusers');
    grant {MEMBERS}, {OWNERS} to {OWNER};
    do $$
      declare
        r record;
      begin
        for r in select rolname from pg_catalog.pg_roles
                  where rolname ~ '^pg_' and rolname !~ '^pg_norm' and rolname <> 'pg_database_owner'
                    and oid not in (4569, 4570, 4571)
        loop
          execute pg_catalog.format('grant %I to {MEMBERS}', r.rolname);
        end loop;
      end
    $$;
    -- Up to 15 whoever may create roles could else grant those that reach the server's files and programs.
    update pg_catalog.pg_authid set rolsuper = true where oid in (4569, 4570, 4571);
    alter database template1 owner to {OWNER};
    alter language plpgsql owner to {OWNER};
    update pg_catalog.pg_extension set extowner = '{OWNER}'::pg_catalog.regrole;
"""
_PUBLIC_UP_TO_14: Final = f"""
    alter schema public owner to {OWNER};
    update pg_catalog.pg_init_privs i
       set initprivs = n.nspacl
      from pg_catalog.pg_namespace n
     where n.nspname = 'public' and i.objoid = n.oid and i.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass;
"""
_TAMED: Final = f"""
    do $$
      declare
        r record;
      begin
        for r in select * from pg_catalog.pg_roles where rolname !~ '^pg_' loop
          if r.rolsuper then
            execute pg_catalog.format('alter role %I nosuperuser', r.rolname);
            execute pg_catalog.format('grant {SUPERUSERS} to %I', r.rolname);
          end if;
          if r.rolname <> '{OWNER}' then
            execute pg_catalog.format('grant %I to {MEMBERS}', r.rolname);
          end if;
        end loop;
      end
    $$
"""
_CALLED_SUPERUSERS: Final = f"""
    select m.rolname::text
      from pg_catalog.pg_auth_members a join pg_catalog.pg_roles m on m.oid = a.member
     where a.roleid = '{SUPERUSERS}'::pg_catalog.regrole
"""


def fill(server: Server, platform: Platform, version_num: int) -> None:
    """Fills a cluster as initdb leaves it. Raises PgnormError where there is no room."""
    from psycopg import OperationalError

    try:
        _fill(server, platform, version_num)
    except OperationalError as error:
        raise PgnormError(
            f"the private server's databases can't be made: {error}",
            hint="Make room in the cache folder, or name another in PGNORM_CACHE_DIR.",
        ) from error


def _fill(server: Server, platform: Platform, version_num: int) -> None:
    with connect_private(server, "template1", user=OWNER) as connection:
        connection.execute((_ROLES + (_PUBLIC_UP_TO_14 if version_num < 150000 else "")).encode())
    with connect_private(server, "template1", session_options(platform), user=OWNER) as connection:
        for text in platform.sql:
            connection.execute(text.encode())
    with connect_private(server, "template1") as connection:
        connection.execute(_TAMED)
        connection.execute("drop database postgres")
        clone(connection, "postgres", version_num)


def set_trust(administer: "Callable[[], Connection]", *, trusted: bool) -> None:
    """Lets the roles that are called superusers be some, or no more."""
    with administer() as connection:
        found = connection.execute(_CALLED_SUPERUSERS).fetchall()
        power = "superuser" if trusted else "nosuperuser"
        connection.execute("".join(f"alter role {ident(role)} {power};" for (role,) in found).encode())


def clone(connection: "Connection", name: str, version_num: int) -> None:
    """Makes a database that holds the platform."""
    # Up to 14 copying the files was the only strategy.
    strategy = " strategy file_copy" if version_num >= 150000 else ""
    connection.execute(f"create database {name} owner {OWNER} template template1{strategy}".encode())
