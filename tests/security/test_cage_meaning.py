"""What files mean is the same whether a superuser loads them or the role that may do no harm.

A sample of fixtures/kinds; all of them with PGNORM_TEST_WHOLE=1."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from majors import fits

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.proof.apply import apply

if TYPE_CHECKING:
    from conftest import Run

KINDS = Path(__file__).parent.parent.parent / "fixtures" / "kinds"
ALL = sorted(path.parent for path in KINDS.glob("*/*/old.sql"))
CASES = ALL if os.environ.get("PGNORM_TEST_WHOLE") else [case for case in ALL if case.name == "attributes"]

# Their functions are in libraries, or they give away what initdb takes from everybody.
REFUSED = {
    "access_methods/attributes",
    "foreign_data_wrappers/attributes",
    "languages/attributes",
    "provided/attributes",
}


def _loaded(session: Session, shadow: Shadow, path: Path) -> Catalog:
    file = SourceFile(path=None, label=path.name, text=path.read_text())
    load(
        session.connection,
        [file],
        kind="migrations",
        transaction=False,
        provide_extension=shadow.provide_extension,
        power=session.power,
    )
    return session.read()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_kind_is_loaded_and_planned_as_by_a_superuser(shadow: Shadow, caged: Shadow, case: Path) -> None:
    if not fits(case.name, shadow.major):
        pytest.skip(f"{case.parent.name}/{case.name} on Postgres {shadow.major}")
    if shadow.major != caged.major:
        pytest.skip("one server for both")
    with shadow.session(scratch=True) as session:
        wanted = _loaded(session, shadow, case / "new.sql")
    if case.relative_to(KINDS).as_posix() in REFUSED:
        with (
            pytest.raises(PgnormError, match=r"this is not run: it |permission denied for language c"),
            caged.session(scratch=True) as session,
        ):
            _loaded(session, caged, case / "new.sql")
        return
    with caged.session(scratch=True) as session:
        found = _loaded(session, caged, case / "new.sql")
    assert [describe(one) for one in differences(found, wanted)] == []
    with caged.session(scratch=True) as session:
        apply(session, diff(_loaded(session, caged, case / "old.sql"), wanted))
        assert [describe(one) for one in differences(session.read(), wanted)] == []


@pytest.mark.parametrize("back", ["reset session_replication_role", "set session_replication_role to default"])
def test_files_may_keep_triggers_from_firing_for_a_while(run: "Run", folder: Path, back: str) -> None:
    (folder / "x.sql").write_text(
        f"""create table seen (id int); create table filled (id int);
        create function tell() returns trigger language plpgsql as $$ begin insert into seen values (1); end $$;
        create trigger t after insert on filled for each row execute function tell();
        set session_replication_role = replica; insert into filled values (1); {back};
        do $$ begin if exists (select from seen) then raise 'it fired'; end if; end $$;\n"""
    )
    code, out, _ = run("dump --from x.sql")
    assert code == 0
    assert 'TRIGGER "t" AFTER INSERT ON "public"."filled"' in out
