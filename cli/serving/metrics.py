"""Counts of a service, in the text form that Prometheus reads."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from attrs import define, field

from pgnorm.catalog.system import peak_memory

from .pool import Pool

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds."""


@define(eq=False)
class Metrics:
    """Requests by command and status, and how long they took."""

    _counts: Counter[tuple[str, int]] = field(factory=Counter, init=False)
    _seconds: dict[str, float] = field(factory=dict, init=False)
    _within: Counter[tuple[str, float]] = field(factory=Counter, init=False)

    def note(self, verb: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._counts[verb, status] += 1
        self._seconds[verb] = self._seconds.get(verb, 0.0) + seconds
        for bound in _BOUNDS:
            self._within[verb, bound] += seconds <= bound

    def text(self, pool: Pool) -> str:
        """All counts."""
        return "".join(f"{line}\n" for line in self._lines(pool))

    def _lines(self, pool: Pool) -> Iterator[str]:
        yield "# TYPE pgnorm_requests_total counter"
        for (verb, status), count in sorted(self._counts.items()):
            yield f'pgnorm_requests_total{{command="{verb}",status="{status}"}} {count}'
        yield "# TYPE pgnorm_request_seconds histogram"
        for verb, seconds in sorted(self._seconds.items()):
            whole = sum(count for (name, _), count in self._counts.items() if name == verb)
            for bound in _BOUNDS:
                yield f'pgnorm_request_seconds_bucket{{command="{verb}",le="{bound}"}} {self._within[verb, bound]}'
            yield f'pgnorm_request_seconds_bucket{{command="{verb}",le="+Inf"}} {whole}'
            yield f'pgnorm_request_seconds_sum{{command="{verb}"}} {seconds:.6f}'
            yield f'pgnorm_request_seconds_count{{command="{verb}"}} {whole}'
        for name, value, kind in (
            ("requests_at_work", pool.at_work, "gauge"),
            ("requests_waiting", pool.places - pool.at_work, "gauge"),
            ("workers", pool.size, "gauge"),
            ("workers_replaced_total", pool.replaced, "counter"),
            ("front_peak_memory_bytes", peak_memory(), "gauge"),
        ):
            yield f"# TYPE pgnorm_{name} {kind}"
            yield f"pgnorm_{name} {value}"
