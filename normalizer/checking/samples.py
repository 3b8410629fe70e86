"""CSV files that are samples of tables' rows: those that the settings name, or else those named after tables."""

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import legible

from ..files.delimited import rows
from ..files.reading import read_file, shown
from ..files.walking import files_below
from ..project.bounds import within
from ..project.patterns import matching
from ..project.project import Project
from ..project.samples import Sample
from ..workspace import Workspace
from .finding import Finding, of_error
from .relations import Name, Relation, Server, server
from .sampled import RULE, Sampled

_ADDED: Final = "(?:data|demo|example|export|import|sample|samples|seed|template|test)"
_STEM: Final = re.compile(rf"(?:{_ADDED}[_-])?(?P<table>.+?)(?:[_-]{_ADDED})?", re.IGNORECASE)
_COMPOUND: Final = re.compile("_jsonb?$")


def out_of_step(workspace: Workspace, project: Project) -> Iterator[Finding]:
    """The columns that a table has and its sample lacks, or the other way round, and values that a column does not
    take.

    Raises PgnormError where the schema files do not load.
    """
    samples = project.samples
    paths = [*files_below(project.root, {".csv"})] if samples is None else []
    if not (samples or paths):
        return
    with server(workspace, project) as asked:
        relations = asked.relations()
        for sample in samples or ():
            yield from _of_setting(project, sample, relations, asked)
        tables = [each for each in relations.values() if each.is_table]
        for path in paths:
            yield from _of_name(path, project.root, tables, asked)


def _of_setting(
    project: Project, sample: Sample, relations: Mapping[Name, Relation], asked: Server
) -> Iterator[Finding]:
    """Findings about the files of a setting, and what it says of columns that are not there."""
    relation = relations.get((sample.schema, sample.table))
    table = f"{legible(sample.schema)}.{legible(sample.table)}"
    if relation is None:
        yield _stale(sample, "table", f"the schema files make no table {table}")
        return
    for pattern in sample.ignored:
        if not _matching(relation.columns, pattern):
            yield _stale(sample, "ignored", f"{table} has no column {pattern}")
    paths = [path for path in matching(project.root, sample.file) if path.is_file()]
    if not paths:
        yield _stale(sample, "file", f"there is no file {sample.file}")
    for path in paths:
        try:
            within(project.root, [path], place=sample.settings.place("file"), setting="`file`")
            source = read_file(path, label=shown(path))
            sampled = Sampled(source=source, rows=tuple(rows(source)), relation=relation)
        except PgnormError as error:
            yield from of_error(error, RULE)
            continue
        for pattern in sample.derived:
            if not _matching(sampled.header, pattern):
                yield _stale(sample, "derived", f"{source.label} has no column {pattern}")
        derived = frozenset(name for each in sample.derived for name in _matching(sampled.header, each))
        ignored = frozenset(name for each in sample.ignored for name in _matching(relation.columns, each))
        yield from sampled.evolve(derived=derived, ignored=ignored).findings(asked)


def _matching(names: Iterable[str], pattern: str) -> list[str]:
    return [name for name in names if fnmatchcase(name, pattern)]


def _stale(sample: Sample, key: str, message: str) -> Finding:
    return Finding(rule=RULE, message=message, place=sample.settings.place(key), cure="Correct the setting.")


def _of_name(path: Path, root: Path, tables: Sequence[Relation], asked: Server) -> Iterator[Finding]:
    """Findings about a file that is named after a table, where half of the columns of each are the other's."""
    stem = _STEM.fullmatch(path.stem)
    named = [each for each in tables if each.name in (path.stem, stem["table"] if stem else "")]
    if not named:
        return
    try:
        within(root, [path])
        source = read_file(path, label=shown(path))
        found = tuple(rows(source))
    except PgnormError as error:
        yield from of_error(error, RULE)
        return
    header = {field.text.strip() for row in found[:1] for field in row}
    relation = max(named, key=lambda each: len(header & each.columns.keys()))
    ignored = frozenset(each.name for each in relation.columns.values() if each.key or each.compound)
    wanted = {each.name for each in relation.columns.values() if not each.filled} - ignored
    if header and _half(header, relation.columns) and _half(wanted, header):
        derived = frozenset(_derived(header, relation))
        yield from Sampled(
            source=source, rows=found, relation=relation, derived=derived, ignored=ignored, guessed=True
        ).findings(asked)


def _half(names: Collection[str], others: Container[str]) -> bool:
    """True if at least half of the names are among others."""
    return 2 * sum(name in others for name in names) >= len(names)


def _derived(header: Iterable[str], relation: Relation) -> Iterator[str]:
    """The columns of a file that an import is likely to make into others: what views show beside the table's own
    columns, `company` and `company_name` beside `company_id`, `email_work` beside `email_jsonb`, and what holds several
    values in one."""
    compound = [_COMPOUND.sub("", each.name) for each in relation.columns.values() if each.compound]
    for name in header:
        column = relation.columns.get(name)
        if column is not None:
            if column.compound:
                yield name
            continue
        words = name.split("_")
        beginnings = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
        if name in relation.shown or any(f"{each}_id" in relation.columns or each in compound for each in beginnings):
            yield name
