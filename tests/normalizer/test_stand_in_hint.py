"""The way out that an error names where a stand-in of an extension may be why."""

from psycopg import errors

from pgnorm.normalizer.failures import stand_in_hint


def test_a_refused_parameter_and_a_missing_object_name_the_way_out() -> None:
    for error in (errors.InvalidParameterValue(), errors.UndefinedObject()):
        hint = stand_in_hint(error, ["vector"], bundled=False)
        assert hint is not None and hint.startswith(
            "A stand-in takes the place of vector: try PGNORM_PG_BINDIR=bundled"
        )
        assert stand_in_hint(error, [], bundled=False) is None


def test_another_error_has_no_such_hint() -> None:
    assert stand_in_hint(errors.DivisionByZero(), ["vector"], bundled=False) is None
