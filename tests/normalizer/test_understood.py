"""Plans for a server of an older major than the one that stands in for it."""

from pathlib import Path

import psycopg
import pytest
from judge import carry_out
from plain_projects import project_of

from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.servers import Servers
from pgnorm.normalizer.workspace import Workspace

FUNCTION = "create function f(int, int) returns bool immutable language sql as 'select true';"
OLD = f"""
    create role pgnorm_reader; {FUNCTION}
    create operator <~ (function = f, leftarg = int, rightarg = int);
    create domain d as int;
    create table t (a int not null, b int generated always as (a * 2) stored);
    create unlogged table u (a serial);
    create access method rows type table handler heap_tableam_handler;
    create table m (a int) using rows;
    grant all on t to pgnorm_reader;
    create table parted (a int) partition by list (a);
    create table part partition of parted for values in (1);
    create trigger first after insert on parted for each row execute function suppress_redundant_updates_trigger();
"""
NEW = f"""
    create role pgnorm_reader; {FUNCTION}
    create operator <~ (function = f, leftarg = int, rightarg = int, commutator = <~);
    create domain d as int constraint chosen not null;
    create table t (a int constraint chosen not null, b int generated always as (a * 3) stored);
    create table u (a serial);
    create access method rows type table handler heap_tableam_handler;
    create table m (a int);
    grant select on t to pgnorm_reader;
    create table parted (a int) partition by list (a);
    create table part partition of parted for values in (1);
    create trigger second after insert on parted for each row execute function suppress_redundant_updates_trigger();
    alter table part disable trigger second;
"""
SINCE = {
    "SET EXPRESSION": 17,
    'ALTER OPERATOR "public".<~ (integer, integer) SET (COMMUTATOR': 17,
    'CONSTRAINT "chosen" NOT NULL': 17,
    "MAINTAIN": 17,
    "RENAME CONSTRAINT": 18,
    "SET ACCESS METHOD": 15,
    "ALTER TRIGGER": 15,
    'ALTER SEQUENCE "public"."u_a_seq" SET LOGGED': 15,
}


SUBSCRIBED = "create subscription s connection 'dbname=x' publication p with (connect = false, slot_name = none);"


def _compared(servers: Servers, folder: Path, major: int, old_text: str = OLD, new_text: str = NEW) -> Comparison:
    for name, text in (("old", old_text), ("new", new_text)):
        (folder / f"{name}.sql").write_text(text)
    project = project_of(folder, major)
    with servers.turn(), Workspace(project, tell=lambda _level, _message: None, servers=servers) as workspace:
        old, new = (parse(str(folder / f"{name}.sql"), project) for name in ("old", "new"))
        return compare(workspace, old, new, Options())


@pytest.mark.parametrize("major", range(14, 19))
def test_a_plan_is_for_the_major_of_its_project(
    major: int, servers: Servers, database: psycopg.Connection, tmp_path: Path
) -> None:
    there = database.info.server_version // 10000
    if there < major:
        pytest.skip("no older server stands in for a newer one")
    found = _compared(servers, tmp_path, major)
    assert found.unproved is None
    script = "\n".join(found.plan.scripts())
    assert [words for words, since in SINCE.items() if since > major and words in script] == []
    database.execute(OLD.encode())
    carry_out(database, found.plan)


@pytest.mark.parametrize("major", range(14, 19))
def test_a_subscription_streams_as_its_server_does_unless_told_otherwise(
    major: int, servers: Servers, shadow: Shadow, tmp_path: Path
) -> None:
    if shadow.major < major:
        pytest.skip("no older server stands in for a newer one")
    found = _compared(servers, tmp_path, major, "", SUBSCRIBED)
    assert ("streaming = parallel" in found.plan.scripts()[0]) == (shadow.major >= 18 and major >= 16)
