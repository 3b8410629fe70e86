"""Each command on a copy of fixtures/crm, beside the Supabase CLI's own where that needs no Docker."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen
from link import by_tcp
from processes import Before, Program
from reporting import table

from pgnorm.normalizer.platforms import supabase
from pgnorm.normalizer.postgres.binaries import Binaries
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT

CRM: Final = Path(__file__).parents[1] / "fixtures" / "crm"
PGNORM: Final = Path(sys.executable).with_name("pgnorm")
LAST: Final = "20251008093315"
BY_HAND: Final = b"alter table public.tasks add column priority smallint not null default 0"
"""What the database of `pull` and `sync` has more than the migrations."""


@frozen
class Place:
    """A copy of the project, and a server that holds databases for it: one that is empty (`none`), one with all
    migrations (`all`), one that somebody has changed (`changed`)."""

    folder: Path
    host: PrivateHost
    port: int

    def url(self, database: str) -> str:
        return (
            f"postgresql://postgres:{self.host.server.password}@127.0.0.1:{self.port}/bench_{database}?sslmode=disable"
        )

    def restore(self) -> None:
        """Put the files of the project back."""
        shutil.rmtree(self.folder / "supabase", ignore_errors=True)
        shutil.copytree(CRM / "supabase", self.folder / "supabase")
        config = self.folder / "supabase" / "config.toml"
        config.write_text(config.read_text().replace("[inbucket]", "[local_smtp]"))

    def lose(self) -> None:
        """The same without the last migration."""
        self.restore()
        next((self.folder / "supabase" / "migrations").glob(f"{LAST}_*")).unlink()

    def empty(self, name: str = "none") -> None:
        """Make a database anew."""
        with self.host.connect("postgres") as connection:
            connection.execute(f"drop database if exists bench_{name} with (force)".encode())
            connection.execute(f"create database bench_{name} template template1".encode())

    def ours(self, line: str, database: str | None = None, before: Before | None = None) -> Program:
        """A command of pgnorm."""
        words = (*line.split(), *(("--db-url", self.url(database)) if database else ()))
        return Program(
            name=line.partition(" --status")[0],
            command=(PGNORM, *words),
            cwd=self.folder,
            codes=(0, 1),
            before=before or (lambda: None),
        )

    def theirs(self, program: Path, line: str, database: str | None = None, before: Before | None = None) -> Program:
        """A command of the Supabase CLI."""
        words = (*line.split(), *((f"--remote={self.url(database)}", "--yes") if database else ()))
        environment = {"HOME": str(self.folder.parent), "DO_NOT_TRACK": "1", "SUPABASE_NO_UPDATE_NOTIFIER": "1"}
        return Program(
            name=f"supabase {line.partition(' --status')[0]}",
            command=(program, *words),
            cwd=self.folder,
            environment=environment,
            before=before or (lambda: None),
        )


def commands(binaries: Binaries, rivals: Path | None, folder: Path, runs: int) -> None:
    """All commands; `rivals` is where npm has put the Supabase CLI."""
    folder.chmod(0o755)
    with _place(binaries, folder) as place:
        beside = (
            ("migration list", "migration list", "all", place.restore),
            ("migration up", "migration up", "none", place.empty),
            (f"migration repair --status applied {LAST}",) * 2 + ("all", place.restore),
            ("migration new notes", "migration new notes", None, place.restore),
            ("migration fetch", "migration fetch", "all", place.lose),
            ("push --dry-run", "db push --dry-run", "none", place.restore),
        )
        place.empty()
        for line, other, database, before in beside:
            pair = [place.ours(line, database, before)]
            if rivals is not None:
                program = rivals / "node_modules" / ".bin" / "supabase"
                pair.append(place.theirs(program, other, database, before))
            table("fixtures/crm", pair, runs, beside=rivals is not None)
        place.empty()
        place.restore()
        alone = (
            *(place.ours(line) for line in ("diff", "check", "access", "doctor", "fix-functions --check")),
            place.ours("diff -f notes", before=place.restore),
            place.ours("dump", "all", place.restore),
            place.ours("sync --check", "changed"),
            place.ours("pull --no-repair", "changed", place.restore),
            place.ours("migration squash --dry-run --force", before=place.restore),
        )
        table("fixtures/crm", alone, runs)


@contextmanager
def _place(binaries: Binaries, folder: Path) -> Iterator[Place]:
    platform = supabase(auto_expose_new_tables=True, major=binaries.version_num // 10000)
    with open_private(binaries, platform, trust_files=True) as host:
        host.start()
        with by_tcp(folder, host.server.folder / f".s.PGSQL.{PORT}") as port:
            place = Place(folder=folder / "commands", host=host, port=port)
            place.restore()
            for name in ("all", "changed"):
                place.empty(name)
                place.ours("migration up", name).run()
            with host.connect("bench_changed") as connection:
                connection.execute(BY_HAND)
            yield place
            with host.connect("postgres") as connection:
                for name in ("none", "all", "changed"):
                    connection.execute(f"drop database bench_{name} with (force)".encode())
