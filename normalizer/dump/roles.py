"""The roles of a server as SQL: byte for byte what `pg_dumpall --roles-only --no-role-passwords` prints."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.cluster import Cluster, Role

from .restricting import restricted, unrestricted

SETTINGS_HEADED_ONCE_SINCE: Final = 15
"""The major whose pg_dumpall no longer repeats the heading of all settings for each role, and a role's for each one."""


def render_roles(cluster: Cluster, restrict_key: str | None = None) -> str:
    """The whole dump: roles, their settings, their memberships, their privileges on parameters."""
    return "".join(_paragraphs(cluster, restrict_key))


def _paragraphs(cluster: Cluster, restrict_key: str | None) -> Iterator[str]:
    yield "--\n-- PostgreSQL database cluster dump\n--\n\n"
    yield f"{restricted(restrict_key)}\n"
    yield "SET default_transaction_read_only = off;\n\n"
    yield "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n"
    if cluster.roles:
        yield _title("Roles")
        yield from (role.create() for role in cluster.roles)
        yield from _settings(cluster.roles, headed_once=cluster.major >= SETTINGS_HEADED_ONCE_SINCE)
    yield "\n\n"
    if cluster.memberships:
        yield _title("Role memberships")
        yield from (membership.grant() for membership in cluster.memberships)
    yield "\n\n"
    if cluster.has_parameters:
        if cluster.parameters:
            yield _title("Role privileges on configuration parameters")
            yield from (parameter.grant(cluster.major) for parameter in cluster.parameters)
        yield "\n\n"
    yield f"{unrestricted(restrict_key)}\n"
    yield "--\n-- PostgreSQL database cluster dump complete\n--\n\n"


def _settings(roles: Sequence[Role], *, headed_once: bool) -> Iterator[str]:
    heading = _title("User Configurations")
    if headed_once:
        yield "\n" + heading.removesuffix("\n")
    for role in roles:
        name = role.name.replace("\r", " ").replace("\n", " ")
        title = _title(f'User Config "{name}"')
        if headed_once and role.settings:
            yield f"\n{title}" + "".join(role.configure())
        elif role.settings:
            yield heading + "".join(title + setting for setting in role.configure())


def _title(text: str) -> str:
    return f"--\n-- {text}\n--\n\n"
