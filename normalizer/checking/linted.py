"""Findings of the lints in the schema files, without what hints beside the objects allow."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import legible

from ..linting.asking import Linted, lint
from ..linting.lint import Level
from ..linting.lints import LINTS
from ..load.knowledge import depends_on
from ..project.project import Project
from ..project.sources import declared
from ..sql.defined import target
from ..sql.hints import AllowHint, hints
from ..sql.subjects import Subject
from ..syncing.placing import Places
from ..workspace import Workspace
from .finding import Finding

if TYPE_CHECKING:
    from ..load.context import Context, Texts

_SCHEMAS: Final = "select nspname::text from pg_catalog.pg_namespace where oid >= 16384 or nspname = 'public'"
_ASKED: Final = f"lints {' '.join(each.name for each in LINTS)}"


def linted(workspace: Workspace, project: Project, level: Level) -> Iterator[Finding]:
    """The findings of this level and above. Raises PgnormError where the files do not load."""
    texts = workspace.texts(declared(project))
    places = Places(texts.files)
    allowed = [hint for file in texts.files for hint in hints(file) if isinstance(hint, AllowHint) and hint.lints]
    by_name = {each.name: each for each in LINTS if each.level >= level}
    for each in _found(workspace, project, texts):
        said = by_name.get(each.lint)
        if said is None or any(each.lint in hint.lints and _is_about(hint.subject, each) for hint in allowed):
            continue
        yield Finding(
            rule=said.name,
            message=f"{'.'.join(map(legible, each.path))}: {said.message}",
            place=_place(each, places),
            cure=f"{said.cure} More: {said.link}",
            level=said.level.word,
        )


def _found(workspace: Workspace, project: Project, texts: "Texts") -> tuple[Linted, ...]:
    """Findings of the server, now or in an earlier run in the same files."""
    context = workspace.settled()
    roles = " ".join(workspace.roles_asked)
    named = (_ASKED, " ".join(project.exposed), roles, *depends_on(context, texts))
    if context.kept is not None and (text := context.kept.find(*named)) is not None:
        return tuple(Linted(*row) for row in json.loads(text))
    found = _asked(workspace, project, context)
    if context.kept is not None:
        context.kept.keep(lambda: json.dumps(found), *named)
    return found


def _asked(workspace: Workspace, project: Project, context: "Context") -> tuple[Linted, ...]:
    with workspace.asked(declared(project)) as (connection, _):
        schemas = {name for (name,) in connection.execute(_SCHEMAS)}
        held = connection.execute(
            "select rolname::text from pg_catalog.pg_roles where rolname = any(%s) and not rolbypassrls",
            [[*workspace.roles_asked]],
        )
        roles = [name for (name,) in held]
        owned = {name for name in schemas if workspace.ownership(context.shadow).owns_all_in(name)}
        return lint(connection, owned=owned, exposed=owned.intersection(project.exposed), roles=roles)


def _is_about(subject: Subject, found: Linted) -> bool:
    """True if a hint is about what was found, or about what that is a part of."""
    path = tuple(filter(None, (subject.schema, subject.owner, subject.name)))
    return path in (found.path, found.path[: len(path)])


def _place(found: Linted, places: Places) -> str:
    """The place of the statement that makes what was found, or what that is a part of; else the first file."""
    wholes = [(found.keyword, found.name, found.owner), *([("TABLE", found.owner, "")] if found.owner else [])]
    for whole in wholes:
        for each in places.all:
            made = target(each.statement)
            if made is not None and (made.kind, made.name, made.table) == whole and found.schema in (made.schema, ""):
                return each.place
    return places.files[0].label
