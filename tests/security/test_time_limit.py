"""A statement of a file can't run for ever, whatever it does about being ended."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.pending import Item
from pgnorm.normalizer.load.runner import Execution
from pgnorm.normalizer.postgres.shadow import Shadow
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
    said = refused("dump --timeout 1", "ran longer than 1 seconds and was ended", "hint: --timeout SECONDS")
    assert "schemas/0" in said


def test_a_limit_of_nothing_is_none(refused: "Refused", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("select pg_sleep(0.1); select 1/0;\n")
    refused("--timeout 0 dump", "schemas/02.sql:1:", "division by zero")
    refused("dump --timeout 0.05", "schemas/02.sql:1:1: the statement ran longer")


def test_a_batch_can_be_undone_whenever_its_time_is_over(caged: Shadow) -> None:
    text = "".join(f"create table t{number} (a int);" for number in range(20))
    source = SourceFile(path=None, label="1.sql", text=text)
    ran = []
    with caged.session() as session:
        for number in range(800):
            execution = Execution(
                connection=session.connection,
                transaction=True,
                owner=None,
                provide_extension=None,
                power=session.power,
                patient=True,
            )
            execution.power.withdraw(session.connection)
            execution.start()
            items = [
                Item(order=order, source=source, statement=each, text=each.text, context=())
                for order, each in enumerate(split(text, label="1.sql"))
            ]
            execution.time_limit.limit = 0.0001 * (number % 4) + 0.0000001
            execution.open_trial()
            ran.append(execution.run_batch(items))
            execution.close_trial()
            execution.time_limit.close()
    assert not all(ran)
