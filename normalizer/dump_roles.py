"""The roles of a server as SQL: byte for byte what `pg_dumpall --roles-only --no-role-passwords` prints."""

from collections.abc import Iterator

from pgnorm.catalog.cluster import Cluster


def render_roles(cluster: Cluster) -> str:
    """The whole dump: roles, their settings, their memberships, their privileges on parameters."""
    return "".join(_paragraphs(cluster))


def _paragraphs(cluster: Cluster) -> Iterator[str]:
    yield "--\n-- PostgreSQL database cluster dump\n--\n\n"
    # A line `\restrict`, psql's and random, has a paragraph of its own.
    yield "\n"
    yield "SET default_transaction_read_only = off;\n\n"
    yield "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n"
    if cluster.roles:
        yield _title("Roles")
        yield from (role.create() for role in cluster.roles)
        yield "\n--\n-- User Configurations\n--\n"
        for role in cluster.roles:
            if role.settings:
                name = role.name.replace("\r", " ").replace("\n", " ")
                yield f'\n--\n-- User Config "{name}"\n--\n\n{role.configure()}'
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
    yield "\n"  # as `\restrict`
    yield "--\n-- PostgreSQL database cluster dump complete\n--\n\n"


def _title(text: str) -> str:
    return f"--\n-- {text}\n--\n\n"
