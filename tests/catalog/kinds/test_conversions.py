"""How the values of a column get from one type to another, as text."""

import pytest

from pgnorm.catalog.kinds.conversions import conversion

ASSIGNED = (
    (("character varying(10)", "S"), ("character varying(20)", "S")),
    (("character varying(20)", "S"), ("character varying(10)", "S")),
    (("integer", "N"), ("bigint", "N")),
    (("bigint", "N"), ("integer", "N")),
    (("integer[]", "N"), ("bigint[]", "N")),
    (("character varying[]", "S"), ('"text"[]', "S")),
    (("integer", "N"), ('"text"', "S")),
    (('"public"."mood"', "E"), ('"text"', "S")),
    (("timestamp(3) without time zone", "D"), ("timestamp with time zone", "D")),
)
CAST = (
    (('"text"', "S"), ("integer", "N")),
    (('"text"', "S"), ('"public"."mood"', "E")),
    (("boolean", "B"), ("integer", "N")),
    (('"json"', "U"), ('"jsonb"', "U")),
    (("json", "U"), ('"jsonb"', "U")),
    (("interval", "T"), ("time without time zone", "D")),
    (("bit(5)", "V"), ("integer", "N")),
)
THROUGH_TEXT = (
    (('"public"."mood"', "E"), ('"public"."temper"', "E")),
    (('"text"[]', "S"), ('"public"."mood"[]', "E")),
    (("integer", "N"), ("integer[]", "N")),
    (('"int4range"', "R"), ('"int8range"', "R")),
    (("boolean", "B"), ("bigint", "N")),
)


@pytest.mark.parametrize(("old", "new"), ASSIGNED)
def test_assignment_is_left_to_postgres(old: tuple[str, str], new: tuple[str, str]) -> None:
    assert conversion('"c"', old, new) == ""


@pytest.mark.parametrize(("old", "new"), CAST)
def test_a_cast_that_exists_is_taken(old: tuple[str, str], new: tuple[str, str]) -> None:
    assert conversion('"c"', old, new) == f' USING "c"::{new[0]}'


@pytest.mark.parametrize(("old", "new"), THROUGH_TEXT)
def test_types_without_a_cast_meet_as_text(old: tuple[str, str], new: tuple[str, str]) -> None:
    assert conversion('"c"', old, new) == f' USING "c"::"text"::{new[0]}'
