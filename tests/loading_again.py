"""Dumps loaded again."""

import re
from collections.abc import Collection

import psycopg

from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.layouts import Layout
from pgnorm.normalizer.dump.splitting import split
from pgnorm.normalizer.dump.styles import PG_DUMP
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.visibility import as_dumps_say
from pgnorm.normalizer.postgres.shadow import Shadow

ROOT_SCHEMA = ObjectId("schema", "", "public")
"""Its comment and owner are in no dump."""


def differing(
    shadow: Shadow, catalog: Catalog, layout: Layout, *, but: Collection[ObjectId] = (ROOT_SCHEMA,)
) -> list[ObjectId]:
    """What is not the same in an empty database into which the files were loaded, `but` these."""
    with shadow.session(scratch=True) as session:
        texts = split(catalog, EVERYTHING, PG_DUMP, layout=layout).texts
        for text in texts.values():
            session.connection.execute(text.encode())
            session.connection.execute("reset all")
        files = [SourceFile(path=None, label=name, text=text) for name, text in texts.items()]
        made = as_dumps_say(read(session.connection), files)
    return [found.item.id for found in differences(catalog, made) if found.item.id not in but]


def loads(shadow: Shadow, dump: str) -> bool:
    """Whether Postgres takes the text of a dump, psql's own lines left out."""
    with shadow.session(scratch=True) as session:
        try:
            session.connection.execute(re.sub(r"(?m)^\\.*$", "", dump).encode())
        except (psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.UndefinedObject):
            return False
    return True
