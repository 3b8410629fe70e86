"""Values: made by name, equal by what they hold, and never changed."""

import copy
from typing import ClassVar

import pytest

from pgnorm.catalog.model import Value, untold


class Thing(Value):
    colour: ClassVar[str] = "grey"

    name: str
    size: int = 1
    word: str = untold(default="")


class Box(Thing):
    size: int
    inside: tuple[Thing, ...] = ()


def test_fields_are_those_of_the_bases_and_its_own() -> None:
    assert [field.name for field in Thing.declared_fields] == ["name", "size", "word"]
    assert [field.name for field in Box.declared_fields] == ["name", "word", "size", "inside"]
    assert not hasattr(Box(name="a", size=2), "__dict__")


def test_what_is_not_given_has_its_default_or_is_missed() -> None:
    assert (Thing(name="a").size, Thing(name="a").word) == (1, "")
    with pytest.raises(TypeError, match="Thing needs name"):
        Thing()  # type: ignore[call-arg]  # what the type checker says, said at run time
    with pytest.raises(TypeError, match="Box needs size"):
        Box(name="a")  # type: ignore[call-arg]  # as above
    with pytest.raises(TypeError, match="Box needs size"):
        Box.many(1, {"name": ["a"]})
    with pytest.raises(TypeError, match="Thing has no depth"):
        Thing(name="a", depth=3)  # type: ignore[call-arg]  # as above


def test_equal_are_those_of_one_class_that_hold_the_same() -> None:
    one, alike = Thing(name="a", size=2), Thing(name="a").evolve(size=2)
    assert one == alike
    assert hash(one) == hash(alike)
    assert one != Box(name="a", size=2)
    assert Thing.many(2, {"name": ["a", "b"], "size": [2, 3]}) == [one, Thing(name="b", size=3)]


def test_nothing_is_set_again() -> None:
    thing = Thing(name="a")
    with pytest.raises(AttributeError, match=r"Thing.name can't be set"):
        thing.name = "b"  # type: ignore[misc]  # as above
    assert copy.deepcopy(Box(name="b", size=1, inside=(thing,))) == Box(name="b", size=1, inside=(thing,))
    assert copy.copy(thing) == thing


def test_repr_leaves_out_what_is_long_or_secret() -> None:
    assert repr(Box(name="a", size=2, word="secret")) == "Box(name='a', size=2, inside=())"
