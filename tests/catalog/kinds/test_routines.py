"""The name in what regprocedure prints."""

import pytest

from pgnorm.catalog.kinds.routines import name_of


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("eqsel(internal,oid,internal,integer)", "eqsel"),
        ('"public"."f"("public"."t",integer)', '"public"."f"'),
        ('"odd (s"."odd "" (f"("odd )"."t")', '"odd (s"."odd "" (f"'),
        ('"public"."none"()', '"public"."none"'),
        ("-", "-"),
    ],
)
def test_name_of(signature: str, name: str) -> None:
    assert name_of(signature) == name
