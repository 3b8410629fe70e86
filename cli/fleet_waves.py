"""A run of `pgnorm fleet up`: databases in waves, and what is told of them."""

from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

from attrs import define, field

from .app import App
from .fleet_options import placed, some_of
from .output import plural
from .pending import show
from .push import agreed
from .targets import project_of

if TYPE_CHECKING:
    from pgnorm.catalog.errors import PgnormError
    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.fleet.away import Away
    from pgnorm.normalizer.fleet.crew import Executor
    from pgnorm.normalizer.fleet.documents import RunSaid
    from pgnorm.normalizer.fleet.migrating import Errand, Migrating
    from pgnorm.normalizer.fleet.tenants import Tenant
    from pgnorm.normalizer.project.live import Live


@define(eq=False)
class Waves:
    """Databases of a fleet, what they lack, and how far they are."""

    app: App
    migrating: "Migrating | Away"
    executor: "Executor"
    tenants: "Sequence[Tenant]"
    live: "Live"
    """Connections to what is in hand, where it is in hand here."""
    lacking: "dict[Tenant, tuple[str, ...]]" = field(factory=dict, init=False)
    """The versions that are pending; for those that are left out, nothing is known."""
    left_out: "dict[Tenant, PgnormError]" = field(factory=dict, init=False)
    """Databases that can't be read, or have applied what the migrations don't follow."""
    done: "dict[Tenant, tuple[str, ...]]" = field(factory=dict, init=False)
    failed: "dict[Tenant, PgnormError]" = field(factory=dict, init=False)
    _pending: "list[Applicable]" = field(factory=list, init=False)
    """The migrations that any of them lacks, as they were shown."""
    _declined: bool = field(default=False, init=False)

    @property
    def succeeded(self) -> bool:
        """True if all lack nothing by now, or would not after a run that is no trial."""
        return not (self.left_out or self.failed or self._declined)

    @property
    def waiting(self) -> "list[Tenant]":
        """The databases that lack something, in the order of the list."""
        return [tenant for tenant in self.tenants if self.lacking.get(tenant)]

    def survey(self) -> None:
        """Ask all what they lack, and show it."""
        self._carry(self.tenants, self.migrating.lacking, self.lacking, self.left_out, stops=False)
        alike: dict[tuple[str, ...], list[str]] = {}
        for tenant in self.tenants:
            if tenant in self.lacking:
                alike.setdefault(self.lacking[tenant], []).append(tenant.name)
        for versions, names in alike.items():
            verb = ("lacks", "is") if len(names) == 1 else ("lack", "are")
            said = f"{verb[0]} {', '.join(versions)}" if versions else f"{verb[1]} up to date"
            self._tell(f"{len(names)} {said}", names)
        self._tell(f"{len(self.left_out)} left out", [each.name for each in self.left_out])
        self._show({version for versions in self.lacking.values() for version in versions})

    def _show(self, versions: Container[str]) -> None:
        from pgnorm.normalizer.applying.standing import read

        files = project_of(self.app).migration_files().files
        self._pending = [read(each.path, each.version, each.name) for each in files if each.version in versions]
        show(self.app, self._pending)

    def check(self) -> None:
        """Look whether the first migration of each would be let through."""
        self._carry(self.waiting, self.migrating.check, {}, self.failed, stops=False)
        for each in self._pending if not self.failed else ():
            names = [tenant.name for tenant in self.waiting if each.version in self.lacking[tenant]]
            self._tell(f"Would apply {each.label} to {plural(len(names), 'database')}", names)

    def apply(self, canary: int, wave: int, *, ask: bool) -> None:
        """Apply what they lack, to a few first; ends early with the first failure, or where somebody says no.

        Raises the interruption when those in hand are finished.
        """
        waiting = self.waiting
        first, others = waiting[:canary], waiting[canary:]
        waves = [first] * bool(first) + [others[at : at + wave] for at in range(0, len(others), wave)]
        for number, some in enumerate(waves):
            left = len(waiting) - len(self.done)
            asked = ask and number < (2 if first else 1)
            if asked and not agreed(self.app.console, self._named(some, left) if number == 0 else f"the other {left}"):
                self._declined = True
                return
            self._carry(some, self.migrating.apply, self.done, self.failed, stops=True)
            if self.failed:
                return
            self.app.console.say(f"{len(self.done)} of {plural(len(waiting), 'database')} done")

    def tell(self, *, dry_run: bool) -> None:
        """Tell how far they are, and what went wrong."""
        rest = [each.name for each in self.waiting if each not in self.done and each not in self.failed]
        if not self.waiting and not self.left_out:
            self.app.console.say("All of them are up to date")
        if self._declined and not self.done:
            self.app.console.say("Nothing is applied")
        elif (self.failed or rest) and not dry_run:
            self._tell(f"{len(self.done)} done", [each.name for each in self.done])
            self._tell(f"{len(self.failed)} failed", [each.name for each in self.failed])
            self._tell(f"{len(rest)} not begun", rest)
        self.app.console.errors([placed(each.name, error) for each, error in (self.left_out | self.failed).items()])

    def document(self, *, dry_run: bool) -> "RunSaid":
        """The outcome, for a program."""
        from pgnorm.normalizer.fleet.documents import run_document

        lacking = {each: self.lacking[each] for each in self.tenants if each in self.lacking}
        return run_document(lacking, self.done, self.failed, self.left_out, dry_run=dry_run)

    def _carry(
        self,
        some: "Sequence[Tenant]",
        act: "Callable[[Errand], tuple[str, ...]]",
        done: "dict[Tenant, tuple[str, ...]]",
        failed: "dict[Tenant, PgnormError]",
        *,
        stops: bool,
    ) -> None:
        from pgnorm.normalizer.fleet.migrating import Errand, carry, digest_of

        shown = {each.version: digest_of(each) for each in self._pending}
        errands = [Errand(tenant, self.lacking.get(tenant, ()), shown) for tenant in some]
        carry(
            errands,
            act,
            done,
            failed,
            executor=self.executor,
            stops=stops,
            tell=self.app.console.say,
            live=self.live,
        )

    def _tell(self, said: str, names: Sequence[str]) -> None:
        if names:
            self.app.console.say(f"{said}: {some_of(names, whole=self.app.console.verbose)}")

    @staticmethod
    def _named(some: "Sequence[Tenant]", count: int) -> str:
        names = some_of([each.name for each in some], whole=False)
        return names if len(some) == count else f"{names} first, the other {count - len(some)} afterwards"
