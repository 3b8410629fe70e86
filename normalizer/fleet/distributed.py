"""Databases of a fleet seen to by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from attrs import frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import command_for_extra

from .away import Away
from .crew import LOOK, CrewOptions, Pace

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")

_PATIENCE: Final = 10  # seconds


class DaskCrew(Generic[T, R]):
    """Tasks on their way, no more than `jobs` at once. A context, as `Crew` is one."""

    def __init__(
        self,
        client: Client,
        things: Sequence[T],
        act: Callable[[T], R],
        options: CrewOptions,
        *,
        jobs: int,
    ) -> None:
        self._client = client
        self._act = act
        self._jobs = jobs
        self._options = options
        self._given_up = False
        self._waiting = [*reversed(things)]
        self._at_work: dict[Future, T] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        self._client.cancel([*self._at_work])

    def __iter__(self) -> Iterator[tuple[T, R | BaseException]]:
        """Each that is done, with what came of it or what went wrong."""
        from distributed import wait

        pace, count = Pace(self._options.progress), 0
        while self._fill():
            self._options.look()
            if self._given_up:
                return
            try:
                done = wait([*self._at_work], timeout=LOOK, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                pace.tell(count)
                continue
            for future in done:
                thing = self._at_work.pop(future)
                count += 1
                yield thing, _told(future.exception()) or future.result()

    def stop(self) -> None:
        """Begin nothing more."""
        self._waiting.clear()

    def cut(self) -> None:
        """The same, and don't wait for what is in hand: nothing here can end that."""
        self.stop()
        self._given_up = True

    def in_hand(self) -> Sequence[T]:
        """Things that are on their way."""
        return [*self._at_work.values()]

    def _fill(self) -> bool:
        """Have as many at work as may be; False where there are none."""
        while self._waiting and len(self._at_work) < self._jobs:
            thing = self._waiting.pop()
            # What has no result of its own kind is not to be taken for one of an earlier run.
            self._at_work[self._client.submit(self._act, thing, pure=False, retries=0)] = thing
        return bool(self._at_work)


def _told(error: BaseException | None) -> BaseException | None:
    """The error of a task, in words where it was the cluster's."""
    if error is not None and type(error).__module__.partition(".")[0] == "distributed":
        return PgnormError(f"the cluster lost what was at it: {error}", hint="Run it again.")
    return error


@frozen(eq=False)
class Dask:
    """A cluster, and how many tasks it has at once."""

    client: Client
    jobs: int

    def crew(self, things: Sequence[T], act: Callable[[T], R], options: CrewOptions) -> DaskCrew[T, R]:
        """A crew, to which nothing is `fragile`: whoever takes what is done stops it before more is begun."""
        return DaskCrew(self.client, things, act, options, jobs=self.jobs)


@contextmanager
def dask(address: str, away: Away, jobs: int) -> Iterator[Dask]:
    """The cluster whose scheduler is at this address (`HOST:PORT`).

    Raises PgnormError where it does not answer, has no workers, or these have another pgnorm or other files.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        hint = command_for_extra("dask")
        raise PgnormError("the library that speaks with a Dask cluster is missing", hint=hint) from error
    try:
        client = Client(f"tcp://{address}", timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise PgnormError(f"no scheduler of Dask answers at {address}", hint="Is it up, and the port right?") from error
    with client:
        here, there = away.state(), client.run(away.state)
        if not there:
            raise PgnormError(f"the scheduler at {address} has no workers", hint="Start some: dask worker HOST:PORT.")
        for worker, state in there.items():
            _refuse_other(worker, here, state)
        yield Dask(client, jobs)


def _refuse_other(
    worker: str, here: tuple[str, frozenset[tuple[str, str]]], there: tuple[str, frozenset[tuple[str, str]]]
) -> None:
    if here[0] != there[0]:
        raise PgnormError(f"the worker {worker} has pgnorm {there[0]}", hint=f"Install {here[0]} there, as it is here.")
    if here[1] != there[1]:
        path = min(path for path, _ in here[1] ^ there[1])
        raise PgnormError(
            f"the worker {worker} has other files of the project than there are here",
            place=path,
            hint="Have the project at the same path there, as it is here: on a disk that they share, or copied.",
        )
