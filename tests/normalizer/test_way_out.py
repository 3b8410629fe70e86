"""The way out that an error names where a stand-in of an extension may be why."""

from psycopg import errors

from pgnorm.normalizer.load.errors import way_out


def test_a_refused_parameter_and_a_missing_object_name_the_way_out() -> None:
    for error in (errors.InvalidParameterValue(), errors.UndefinedObject()):
        hint = way_out(error, ["vector"], bundled=False)
        assert hint is not None and hint.startswith(
            "A stand-in takes the place of vector: try PGNORM_PG_BINDIR=bundled"
        )
        assert way_out(error, [], bundled=False) is None


def test_the_bundled_server_is_no_way_out_where_it_lacks_the_extension_too() -> None:
    hint = way_out(errors.UndefinedObject(), ["vector", "postgis"], bundled=False)
    assert hint is not None and hint.startswith("A stand-in takes the place of vector, postgis: name a server that has")


def test_another_error_has_no_such_hint() -> None:
    assert way_out(errors.DivisionByZero(), ["vector"], bundled=False) is None
