"""Objects that extensions make as they run, by calls and by jobs, as far as a database tells: no files say them."""

from typing import Final

from .declaring import Value


class RunTime(Value):
    """Places where objects come and go by themselves. A table is its schema and its name."""

    schemas: tuple[str, ...] = ()
    """Schemas that extensions made for themselves: the tables of pgmq's queues are in `pgmq`."""
    partitioned: tuple[tuple[str, str], ...] = ()
    """Tables whose partitions pg_partman makes and drops."""
    templates: tuple[tuple[str, str], ...] = ()
    """Tables that pg_partman made to copy keys and indexes from."""
    unread: str = ""
    """The table of pg_partman's settings where the role may not read it."""

    def joined(self, other: "RunTime") -> "RunTime":
        """All places that either knows."""
        return RunTime(
            schemas=tuple(dict.fromkeys(self.schemas + other.schemas)),
            partitioned=tuple(dict.fromkeys(self.partitioned + other.partitioned)),
            templates=tuple(dict.fromkeys(self.templates + other.templates)),
            unread=self.unread or other.unread,
        )


NOWHERE: Final = RunTime()
