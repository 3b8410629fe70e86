"""Contents of files: read in the shadow once they are loaded, known to later runs while nothing of it can change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from .contents import Contents
from .data_statements import data_statements
from .session import forth, loaded
from .visibility import as_dumps_say

if TYPE_CHECKING:
    from ..postgres.shadow import Session
    from .context import Context, Texts


def contents(context: Context, texts: Texts) -> Contents:
    """Contents of the texts, as an earlier run read them or else this one.

    Raises PgnormError for what does not load, with its place.
    """
    found = known(context, texts)
    if found is None:
        with opened(context, texts) as (found, _):
            pass
    return found


def known(context: Context, texts: Texts) -> Contents | None:
    """Contents of the texts from an earlier run; what there is to say of their load is told as if it were made now.
    None where something has changed since."""
    text = context.kept.find(*depends_on(context, texts)) if context.kept is not None else None
    found = Contents.loads(text) if text is not None else None
    for level, message in found.notes if found is not None else ():
        context.tell(level, message)
    return found


@contextmanager
def opened(
    context: Context, texts: Texts, *, beside: frozenset[str] = frozenset(), expected: Contents | None = None
) -> Iterator[tuple[Contents, Session]]:
    """Contents of the texts, with the session that holds them and has the roles `beside`. They are kept for later runs,
    unless they equal `expected` of an earlier one: then they are that very object.

    Raises PgnormError for what does not load, with its place.
    """
    # Where the baseline is not known either, it is read while nothing is loaded.
    given = context.shadow.unmodelled
    with loaded(context, texts, beside=beside) as found:
        catalog = found.session.read()
        read = Contents(
            catalog=evolve(as_dumps_say(catalog, texts.files), left_out=texts.left_out),
            unmodelled=tuple(each for each in catalog.unmodelled if each not in given),
            data=data_statements(forth(texts.files), found.session.connection),
            roles=found.roles,
            notes=found.notes,
        )
        if read == expected:
            read = expected
        elif context.kept is not None:
            context.kept.keep(read.dumps, *depends_on(context, texts))
        yield read, found.session


def depends_on(context: Context, texts: Texts) -> Iterator[str]:
    """Everything that a load depends on, the server apart.

    The day is part of it: files may make what bears its date (a partition for this month).
    """
    yield f"{texts.kind} {texts.grants_all} {datetime.now(UTC):%Y-%m-%d}"
    yield context.role or ""
    for file in texts.files:
        yield file.label
        yield file.text
    if context.roles is not None:
        yield context.roles.text
