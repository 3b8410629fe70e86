"""The servers that tests run on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen
from doors import open_to_all

from pgnorm.normalizer.platforms import Platform
from pgnorm.normalizer.postgres.binaries import bundled, local
from pgnorm.normalizer.postgres.shadow import Shadow, open_shadow

_NAMED: Final = [Path(__file__).parents[1] / folder for folder in os.environ.get("PGNORM_TEST_SERVERS", "").split()]


def _local_major() -> int | None:
    """The local major that Supabase projects most need; `None` where there is no local server."""
    only_bundled = os.environ.get("PGNORM_PG_BINDIR") == "bundled"
    majors = [] if only_bundled else [binaries.major for binaries in local(None)]
    return min(majors, key=lambda major: (abs(major - 15), major), default=None)


LOCAL_MAJOR: Final = _local_major()


@frozen
class Tested:
    """A server as the parameter of a fixture."""

    name: str
    """`local`, `bundled` or a bin folder."""
    place: int
    """Its place among those that are tested, one after another."""


def _tested() -> dict[str, str]:
    """The names of all servers by what tests on them are called after."""
    if _NAMED:  # make test-matrix
        return {folder.parent.name: str(folder) for folder in _NAMED}
    return {name: name for name in (["local"] if LOCAL_MAJOR else []) + ["bundled"]}


SERVERS: Final = [
    pytest.param(Tested(name, place), id=called) for place, (called, name) in enumerate(_tested().items())
]


def place_of(item: pytest.Item) -> int:
    """The place of the server that a test runs on; 0 if it says none."""
    values: dict[str, object] = getattr(getattr(item, "callspec", None), "params", {})
    return next((value.place for value in values.values() if isinstance(value, Tested)), 0)


def told() -> str:
    """The servers, for the head of a report."""
    if _NAMED:
        return f"servers: {', '.join(map(str, _NAMED))}"
    wheel = bundled()
    local_server = f"Postgres {LOCAL_MAJOR}" if LOCAL_MAJOR else "none, its tests are left out"
    return f"servers: local {local_server}; bundled {wheel.version_num if wheel else 'none'}"


@contextmanager
def open_on(server: str, platform: Platform, *, trust_files: bool = False) -> Iterator[Shadow]:
    """A shadow on the server of a test's parameter."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            if server != "local":
                patch.setenv("PGNORM_PG_BINDIR", server)
            shadow = stack.enter_context(open_shadow(major=LOCAL_MAJOR, platform=platform, trust_files=trust_files))
        with shadow.session() as session:
            stack.enter_context(open_to_all(session.connection, session.power))
        yield shadow
