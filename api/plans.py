"""A plan as a library's caller gets it: the SQL, and what is known of each statement."""

from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison


class PlannedStatement(Value):
    """One SQL statement of a plan."""

    sql: str
    """Its text with the semicolon."""
    about: str
    """The step that it is part of: `alter column public.contacts.stage`."""
    transaction: int
    """Number of the transaction that it runs in, from 1: each must be committed before the next one starts."""
    hazards: frozenset[str]
    """`loses-data`, `rewrites-table`, `blocks-writes` and the others that docs/diff.md explains."""


class Plan(Value):
    """The way from one source to another. It is true if there is anything to do."""

    scripts: tuple[str, ...]
    """The SQL of each transaction."""
    statements: tuple[PlannedStatement, ...]
    differences: tuple[str, ...]
    """A line for each object that differs: `~ column public.contacts.stage: type`."""
    access: tuple[str, ...]
    """Changes of access: `anon: may now execute public.get_sale_id_by_email(text)`."""
    suggested_renames: tuple[str, ...]
    """Renames that the two sides suggest, as `diff` takes them: `public.contacts.status=stage`."""
    not_modelled: tuple[str, ...]
    """Catalog entries that pgnorm does not read, and so does not compare."""
    unproved: str | None
    """Why nobody tried the plan; None where it was tried and arrives, and where there is nothing to do."""

    @property
    def sql(self) -> str:
        """All transactions in one text, which `pgnorm diff` prints."""
        from pgnorm.normalizer.plan.plan import BOUNDARY

        return f"\n{BOUNDARY}\n".join(self.scripts)

    @property
    def hazards(self) -> frozenset[str]:
        """Hazards of all its statements."""
        return frozenset().union(*(each.hazards for each in self.statements))

    def __bool__(self) -> bool:
        return bool(self.scripts)


def planned(found: "Comparison") -> Plan:
    """The plan of a comparison."""
    from pgnorm.normalizer.compare.describing import describe

    parts = enumerate(found.plan.transactions, start=1)
    numbers = [number for number, steps in parts for step in steps for _ in step.statements]
    return Plan(
        scripts=found.plan.scripts() if found.plan else (),
        statements=tuple(
            PlannedStatement(
                sql=each.statement.sql,
                about=each.step.label,
                transaction=number,
                hazards=frozenset(hazard.value for hazard in each.hazards),
            )
            for number, each in zip(numbers, found.assessed, strict=True)
        ),
        differences=tuple(describe(each) for each in found.plan.differences),
        access=tuple(map(str, found.access)),
        suggested_renames=tuple(each.option for each in found.proposals),
        not_modelled=tuple(f"{what} {name}" for what, name in found.unmodelled),
        unproved=found.unproved,
    )
