"""A statement of a file can't run for ever, whatever it does about being ended."""

from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from addresses import address
from attrs import define, field
from psycopg import Connection
from waiting import asleep, until

from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.pending import Item
from pgnorm.normalizer.load.runner import Execution
from pgnorm.normalizer.load.time_limit import TimeLimit
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.sql.statements import split

if TYPE_CHECKING:
    from conftest import Refused

SURVIVES = """do $$ begin loop
  begin perform pg_sleep(60); exception when query_canceled then null; end;
end loop; end $$;
"""


@pytest.mark.parametrize(
    "statement",
    [
        "select pg_sleep(600);\n",
        "set statement_timeout = 0; select pg_sleep(600);\n",
        "do $$ begin loop end loop; end $$;\n",
        SURVIVES,
        "create type e as enum ('a'); alter type e add value 'b'; create table u (x e default 'b');\n"
        "select pg_sleep(600);\n",  # in a database of its own
    ],
)
def test_a_statement_that_does_not_end_is_ended(refused: "Refused", plain: Path, statement: str) -> None:
    (plain / "schemas" / "02.sql").write_text(statement)
    said = refused("dump --timeout 1", "ran longer than 1 s and was ended", "hint: --timeout SECONDS")
    assert "schemas/0" in said


def test_a_limit_of_nothing_is_none(refused: "Refused", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("select pg_sleep(0.1); select 1/0;\n")
    refused("--timeout 0 dump", "schemas/02.sql:1:", "division by zero")
    refused("dump --timeout 0.05", "schemas/02.sql:1:1: the statement ran longer")


@define(eq=False)
class Watched(TimeLimit):
    """A time limit of a batch that begins `behind` its last statement, or else with the first."""

    behind: bool = field(kw_only=True)

    def __enter__(self) -> Self:
        # Raises where there is nothing by now that a batch could return to.
        self.connection.execute("rollback to savepoint pgnorm_batch")
        return self if self.behind else super().__enter__()

    def __exit__(self, *_: object) -> None:
        if self.behind:
            super().__enter__()
            assert until(lambda: self.exceeded)
        super().__exit__()


def _tables(session: Session) -> int:
    return session.connection.execute("select from pg_class where relname ~ '^t[0-9]'").rowcount


def _execution(session: Session) -> Execution:
    made = Execution(
        connection=session.connection,
        transaction=True,
        owner=None,
        provide_extension=None,
        power=session.power,
        patient=True,
        declares=True,
    )
    made.power.withdraw(session.connection)
    made.start()
    return made


def _cancelled_when_asleep(connection: Connection, patch: pytest.MonkeyPatch) -> None:
    """Have a connection's statement be cancelled no earlier than it sleeps."""
    cancel = connection.cancel_safe

    def cancel_safe(*, timeout: float) -> None:
        assert until(lambda: asleep(address(connection)))
        cancel(timeout=timeout)

    patch.setattr(connection, "cancel_safe", cancel_safe)


@pytest.mark.parametrize("place", [0, 1, 20, None])
def test_a_batch_can_be_undone_whenever_its_time_is_over(
    caged: Shadow, monkeypatch: pytest.MonkeyPatch, place: int | None
) -> None:
    texts = [f"create table t{number} (a int);" for number in range(20)]
    if place is not None:
        texts.insert(place, "select pg_sleep(600);")
    source = SourceFile(path=None, label="1.sql", text="".join(texts))
    statements = enumerate(split(source.text, label=source.label))
    items = [Item(order=order, source=source, statement=each, text=each.text, context=()) for order, each in statements]
    with caged.session() as session, monkeypatch.context() as patch:
        if place is not None:
            _cancelled_when_asleep(session.connection, patch)
        execution = _execution(session)
        execution.open_trial()
        execution.time_limit = Watched(session.connection, limit=0.001, behind=place is None)
        assert execution.run_batch(items) is (place is None)
        assert execution.time_limit.exceeded
        assert _tables(session) == (20 if place is None else 0)
        execution.close_trial()
        execution.time_limit.close()
        assert _tables(session) == 0
