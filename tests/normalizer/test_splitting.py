"""A dump in several files: they load one after the other and make the same catalog."""

import re
from pathlib import Path

import psycopg
import pytest

from pgnorm.catalog.model import ObjectId
from pgnorm.catalog.reader import read
from pgnorm.normalizer.difference import differences
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.selection import EVERYTHING
from pgnorm.normalizer.splitting import DEFAULT, split
from pgnorm.normalizer.styles import PG_DUMP

STATES = sorted((Path(__file__).parents[2] / "fixtures" / "kinds").glob("*/*/new.sql"))
ROOT_SCHEMA = ObjectId("schema", "", "public")
"""Its comment and owner are in no dump."""


@pytest.mark.parametrize("state", STATES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_the_files_make_the_same_catalog(shadow: Shadow, state: Path) -> None:
    since = re.fullmatch(r"since_(\d+)", state.parent.name)
    if since is not None and shadow.major < int(since[1]):
        pytest.skip(f"{state.parent.name} on Postgres {shadow.major}")
    with shadow.session(scratch=True) as session:
        session.connection.execute(state.read_bytes())
        session.connection.execute("reset all")
        catalog = read(session.connection)
    with shadow.session(scratch=True) as session:
        for text in split(catalog, EVERYTHING, PG_DUMP).texts.values():
            session.connection.execute(text.encode())
            session.connection.execute("reset all")
        made = read(session.connection)
    assert [found.item.id for found in differences(catalog, made) if found.item.id != ROOT_SCHEMA] == []


def test_each_thing_is_in_its_file_or_where_it_is_needed(database: psycopg.Connection) -> None:
    database.execute("""
        create function early() returns int language sql as 'select 1';
        create function late() returns int language sql as 'select 2';
        create table t (a int default early());
        create view v as select a from t;
        create view w as select a from v;
        create function of_v() returns setof v language sql as 'select * from v';
        create function fires() returns trigger language plpgsql as 'begin return new; end';
        create trigger g before insert on t for each row execute function fires();
        alter table t enable row level security;
        create policy p on t using (true);
        grant select on v to public;
        create schema storage;
        create table storage.files (a int);
    """)
    found = split(read(database), EVERYTHING, PG_DUMP)
    assert tuple(found.texts) == DEFAULT.files
    made = {
        name: re.findall(r'^CREATE \w+ "?(?:\w+"\.")?(\w+)', text, re.MULTILINE) for name, text in found.texts.items()
    }
    assert list(made.values()) == [
        ["early", "t"],
        ["fires", "late", "v", "of_v"],
        ["w"],
        ["g"],
        ["p"],
        [],
        ["storage", "files"],
    ]
    assert "GRANT SELECT" in found.texts["06_grants.sql"]
    assert [(item.name, name) for item, name in found.moved] == [("early", "01_tables.sql"), ("v", "02_functions.sql")]
