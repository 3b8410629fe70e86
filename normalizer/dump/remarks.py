"""Comments and security labels as entries of a dump."""

from collections.abc import Iterator, Sequence

from pgnorm.catalog.model import Entry, Object
from pgnorm.catalog.quoting import ident, literal


def remarks(item: Object, labelled: Sequence[Object]) -> Iterator[Entry]:
    """The comments and security labels of an object and of those of its parts that are labelled with it."""
    yield from (comment(each) for each in labelled if each.comment is not None)
    labels = "".join(
        f"SECURITY LABEL FOR {ident(provider)} ON {each.signature()} IS {literal(label)};\n"
        for each in labelled
        for provider, label in each.labels
    )
    if labels:
        yield Entry(desc="SECURITY LABEL", tag=item.signature(qualify=False), sql=labels)


def comment(item: Object) -> Entry:
    """The comment of an object."""
    sql = f"COMMENT ON {item.signature()} IS {literal(item.comment or '')};\n"
    return Entry(desc="COMMENT", tag=item.signature(qualify=False), sql=sql)


def in_one_line(text: str) -> str:
    """Names on one line (pg_backup_archiver.c, sanitize_line)."""
    return text.replace("\r", " ").replace("\n", " ")
