"""Changes of roles: `CREATE ROLE`, `ALTER ROLE`, memberships, ahead of all else in a plan; drops are its end."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Self

from pgnorm.catalog.cluster import Membership, Role
from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import ident

from ..load.file_roles import NO_FILE_ROLES, FileRoles, Pair


class RoleVerb(StrEnum):
    """Kind of change that is made to a role."""

    CREATE = "create"
    ALTER = "alter"
    GRANT = "grant"
    REVOKE = "revoke"
    DROP = "drop"


class RoleChange(Value):
    """A change of a role, or of its `member`."""

    verb: RoleVerb
    role: str
    member: str = ""
    sql: tuple[str, ...]
    """The statements. They name nothing but roles."""
    settings: tuple[str, ...] = ()
    """The statements for the settings of a new role, which may name other new ones (`SET role TO …`)."""
    differing: tuple[str, ...] = ()
    """The attributes that are altered."""
    logs_in: bool = False
    """True if the new role may have a password."""
    regrants: bool = False
    """True if the member is one already, with other options."""

    @property
    def changes_access(self) -> bool:
        """True if somebody may do more or less afterwards."""
        return bool(self.member) or "bypasses_row_security" in self.differing

    @property
    def pair(self) -> Pair:
        """The name of the membership that it is about."""
        return self.role, self.member

    @property
    def label(self) -> str:
        """Name of the change for a person: `alter role app`."""
        return f"{self.verb} role {self.role}{f', member {self.member}' if self.member else ''}"


class RoleChanges(Value):
    """Changes from the roles of one side to those of the other, and what is different and stays so."""

    changes: tuple[RoleChange, ...] = ()
    """Creations, alterations, memberships; then the drops, which are the end of a plan."""
    staying: tuple[str, ...] = ()
    """Roles that only the old side makes, and that are not dropped."""
    superusers: tuple[str, ...] = ()
    """Roles that are superusers on one side only: no plan says so."""
    platform: tuple[str, ...] = ()
    """Roles of the platform that the files of the two sides leave different."""
    elsewhere: tuple[str, ...] = ()
    """Settings of roles in one database, `app in postgres`, that only one side's files make."""
    absent: tuple[str, ...] = ()
    """Roles that the files of the new side name, and nobody makes."""
    start: FileRoles = NO_FILE_ROLES
    goal: FileRoles = NO_FILE_ROLES

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def ahead(self) -> tuple[RoleChange, ...]:
        """The changes that come before all steps of the plan."""
        return tuple(each for each in self.changes if each.verb is not RoleVerb.DROP)

    @property
    def behind(self) -> tuple[RoleChange, ...]:
        """The changes that come after all steps of the plan."""
        return tuple(each for each in self.changes if each.verb is RoleVerb.DROP)

    @property
    def names(self) -> frozenset[str]:
        """Names of the roles that it changes, or gives members."""
        return frozenset(each.role for each in self.changes)

    @property
    def mentioned(self) -> frozenset[str]:
        """Names of all roles of which it says something."""
        found = {name for each in self.changes for name in each.pair if name}
        settings = map(_role_of, self.elsewhere)
        return frozenset(found.union(self.staying, self.superusers, self.platform, self.absent, settings))

    def of(self, verb: RoleVerb) -> tuple[RoleChange, ...]:
        """The changes of one sort."""
        return tuple(each for each in self.changes if each.verb is verb)

    def without(self, left_alone: Callable[[str], bool]) -> Self:
        """The same without what is about roles that are left alone, be it as members."""

        def rest(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(name for name in names if not left_alone(name))

        return self.evolve(
            changes=tuple(each for each in self.changes if not any(map(left_alone, filter(None, each.pair)))),
            staying=rest(self.staying),
            superusers=rest(self.superusers),
            platform=rest(self.platform),
            elsewhere=tuple(setting for setting in self.elsewhere if not left_alone(_role_of(setting))),
            absent=rest(self.absent),
        )


NO_ROLE_CHANGES = RoleChanges()


def _role_of(setting: str) -> str:
    """The role whose settings in a database are so called."""
    return setting.rpartition(" in ")[0]


def statements(changes: tuple[RoleChange, ...]) -> Iterator[str]:
    """The SQL of changes, as a migration has it.

    A role is a server's, and another database of it may have made it: CREATE ROLE, which knows no IF NOT EXISTS, is
    passed over there.
    """
    for _, sql in unguarded(changes):
        if not sql.startswith("CREATE ROLE"):
            yield sql
            continue
        body = f"BEGIN\n    {sql.rstrip()}\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND"
        mark = "$$" if "$" not in body else "$pgnorm$"
        yield f"DO {mark} {body} {mark};\n"


def unguarded(changes: tuple[RoleChange, ...]) -> Iterator[tuple[RoleChange, str]]:
    """The same as it is tried, each with its change: inside of DO nobody has more power than the role that runs it."""
    made = [each for each in changes if each.verb is RoleVerb.CREATE]
    rest = [each for each in changes if each.verb is not RoleVerb.CREATE]
    yield from ((each, sql) for each in made for sql in each.sql)
    yield from ((each, sql) for each in made for sql in each.settings)
    yield from ((each, sql) for each in rest for sql in each.sql)


def role_changes(old: FileRoles, new: FileRoles, *, drops: bool) -> RoleChanges:
    """The changes that lead from `old` to `new`; with `drops`, what only `old` makes goes.

    A role that a side only names is taken to be as the other one makes it.
    """
    before, after = old.by_name, new.by_name
    gone = [name for name in before if name not in new.names]
    return RoleChanges(
        changes=(
            *(_creation(role) for name, role in after.items() if name not in old.names),
            *(_alteration(before[name], role) for name, role in after.items() if _differs(before.get(name), role)),
            *_memberships(old, new),
            *(
                RoleChange(verb=RoleVerb.DROP, role=name, sql=(f"DROP ROLE {ident(name)};\n",))
                for name in gone
                if drops
            ),
        ),
        staying=() if drops else tuple(gone),
        superusers=tuple(
            name
            for name, role in after.items()
            if (name in before or name not in old.names) and role.superuser is not _is_superuser(before.get(name))
        ),
        platform=tuple(sorted(_of_platform(old, new))),
        elsewhere=tuple(sorted({*old.elsewhere} ^ {*new.elsewhere})),
        start=old,
        goal=new,
    )


def _differs(old: Role | None, new: Role) -> bool:
    return old is not None and bool(old.differing(new))


def _is_superuser(role: Role | None) -> bool:
    return role is not None and role.superuser


def _creation(role: Role) -> RoleChange:
    sql = (role.make(), *role.describe())
    return RoleChange(verb=RoleVerb.CREATE, role=role.name, sql=sql, settings=role.configure(), logs_in=role.logs_in)


def _alteration(old: Role, new: Role) -> RoleChange:
    return RoleChange(verb=RoleVerb.ALTER, role=new.name, sql=tuple(old.alter(new)), differing=old.differing(new))


def _memberships(old: FileRoles, new: FileRoles) -> Iterator[RoleChange]:
    """The changes of memberships. One is taken back where both sides make its roles, or the platform does."""
    before = old.pairs
    both = old.by_name.keys() & new.by_name.keys()
    named = old.assumed & new.by_name.keys()
    inherit = {role.name: role.inherits for role in (*new.given, *new.made)}
    # First, since two roles may change places, and Postgres lets none be a member of each other.
    for pair, each in before.items():
        known = all(name in both or new.of_platform(name) for name in pair)
        if pair not in new.pairs and known and not both.isdisjoint(pair):
            yield _membership(RoleVerb.REVOKE, each, each.revoke())
    for pair, each in new.pairs.items():
        if pair not in before:
            ours = {name for name in pair if not new.of_platform(name)}
            if ours and ours <= named:
                continue
            usual = each.inherits is inherit.get(each.member, True)
            grant = each.evolve(inherits=None) if usual else each
            yield _membership(RoleVerb.GRANT, each, grant.grant())
        elif before[pair].differs(each):
            yield _membership(RoleVerb.GRANT, each, *before[pair].alter(each)).evolve(regrants=True)


def _membership(verb: RoleVerb, each: Membership, *sql: str) -> RoleChange:
    return RoleChange(verb=verb, role=each.role, member=each.member, sql=sql)


def _of_platform(old: FileRoles, new: FileRoles) -> set[str]:
    """Roles of the platform that two sides leave different, or as members of other such roles."""
    given = {role.name: role for role in old.given}
    altered = {role.name for role in new.given if given.get(role.name, role) != role}
    return altered | {
        member
        for role, member in old.pairs.keys() - new.pairs.keys()
        if new.of_platform(role) and new.of_platform(member)
    }
