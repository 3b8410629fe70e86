"""Which type holds every value of another; the server is asked in the cases that it can decide."""

import psycopg
import pytest

from pgnorm.catalog.kinds.conversions import widens


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("integer", "bigint"),
        ("smallint", "numeric"),
        ("character varying(10)", "character varying(20)"),
        ("character varying(10)", '"text"'),
        ("numeric(10,2)", "numeric(12,2)"),
        ("numeric(10,2)", "numeric"),
        ('"public"."mood"', '"text"'),
        ("integer[]", "bigint[]"),
        ('"date"', "timestamp with time zone"),
    ],
)
def test_wider(old: str, new: str) -> None:
    assert widens(old, new)
    assert not widens(new, old)


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("timestamp with time zone", '"date"', "'2020-01-02 03:04:05+00'::timestamptz"),
        ("numeric(12,4)", "integer", "1.2345::numeric(12,4)"),
        ("numeric(12,4)", "numeric(12,2)", "1.2345::numeric(12,4)"),
        ("timestamp(6) with time zone", "timestamp(0) with time zone", "'2020-01-02 03:04:05.678+00'::timestamptz(6)"),
        ("double precision", "real", "0.123456789012::float8"),
    ],
)
def test_values_are_lost(database: psycopg.Connection, old: str, new: str, value: str) -> None:
    assert not widens(old, new)
    row = database.execute(f"select ({value})::{new}::text = ({value})::text".encode()).fetchone()
    assert row == (False,)


def test_a_longer_text_does_not_fit() -> None:
    assert not widens("character varying(80)", "character varying(8)")
    assert not widens('"text"', "character varying(8)")
