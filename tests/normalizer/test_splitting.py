"""A dump in several files: what is in which, and that they load one after the other. tests/test_kind_fixtures.py has
those of every fixture."""

import re

import psycopg
from loading_again import differing

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.layouts import DEFAULT, PRIVILEGES, Layout
from pgnorm.normalizer.dump.splitting import Split, split
from pgnorm.normalizer.dump.styles import PG_DUMP
from pgnorm.normalizer.postgres.shadow import Shadow


def made(found: Split) -> dict[str, list[str]]:
    """The names of what each file creates."""
    creates = re.compile(r'^CREATE (?:UNIQUE )?\w+ "?(?:\w+"\.")?(\w+)', re.MULTILINE)
    return {name: creates.findall(text) for name, text in found.texts.items()}


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
    assert list(made(found).values()) == [
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


def test_files_of_ones_own(shadow: Shadow) -> None:
    layout = Layout(
        words={
            **DEFAULT.words,
            "enum": "00_types.sql",
            "index": "02_indexes.sql",
            "foreign key": "03_keys.sql",
            "schema billing": "08_billing.sql",
            PRIVILEGES: "09_privileges.sql",
            "event trigger": "10_events.sql",
        }
    )
    with shadow.session(scratch=True) as session:
        session.connection.execute("""
            create type mood as enum ('good');
            create table t (id int primary key, m mood);
            create index i on t (m);
            create table u (t int references t);
            create schema billing;
            create function billing.early() returns int immutable language sql as 'select 1';
            create table billing.bill (id int primary key, t int references t);
            create index j on billing.bill (t);
            create index k on u ((t + billing.early()));
            create view v as select * from t;
            grant select on t to public;
            alter default privileges grant select on tables to public;
            create function happens() returns event_trigger language plpgsql as 'begin end';
            create event trigger e on ddl_command_start execute function happens();
        """)
        catalog = read(session.connection)
    found = split(catalog, EVERYTHING, PG_DUMP, layout=layout)
    assert made(found) == {
        "00_types.sql": ["mood"],
        "01_tables.sql": ["t", "u"],
        "02_functions.sql": ["happens"],
        "02_indexes.sql": ["billing", "early", "i", "k"],
        "03_keys.sql": [],
        "03_views.sql": ["v"],
        "08_billing.sql": ["bill", "j"],
        "09_privileges.sql": [],
        "10_events.sql": ["TRIGGER"],
    }
    assert [name for name, text in found.texts.items() if "FOREIGN KEY" in text] == ["03_keys.sql", "08_billing.sql"]
    assert [name for name, text in found.texts.items() if "GRANT" in text] == ["09_privileges.sql"]
    assert [name for name, text in found.texts.items() if "EVENT TRIGGER" in text] == ["10_events.sql"]
    assert differing(shadow, catalog, layout) == []


def test_what_the_code_of_a_needed_function_calls_is_there(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        session.connection.execute("""
            create function "deep One"(int) returns int immutable language sql as 'select $1 + 1';
            create function called(int) returns int immutable language sql as 'select public."deep One"($1)';
            create function alone(int) returns int immutable language sql as 'select 1';
            create function a(int) returns int immutable language sql as 'select public.called($1)';
            create table t (a int);
            create index i on t (a(a));
            create function z(int) returns int immutable language sql as 'select public.alone($1)';
            create function happens() returns event_trigger language plpgsql as 'begin end';
            create event trigger e on ddl_command_start execute function happens();
        """)
        catalog = read(session.connection)
    found = split(catalog, EVERYTHING, PG_DUMP)
    assert made(found) == {
        "01_tables.sql": ["a", "called", "deep", "t", "i"],
        "02_functions.sql": ["alone", "happens", "z"],
        "06_grants.sql": ["TRIGGER"],
    }
    assert differing(shadow, catalog, DEFAULT) == []
