"""Memberships of roles in roles, in an order in which they can be granted."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, LiteralString

from ..errors import PgnormError
from ..model.declaring import Value
from ..quoting import ident

OPTIONS_SINCE: Final = 160000
"""The server_version_num from which a membership has options of its own and a grantor that must have had the right."""

_BOOTSTRAP: Final[LiteralString] = "10"  # BOOTSTRAP_SUPERUSERID


def query(version: int) -> LiteralString:
    """The query whose columns are the fields of Membership; `version` is server_version_num."""
    options: LiteralString = "a.inherit_option" if version >= OPTIONS_SINCE else "null::boolean"
    sets: LiteralString = "a.set_option" if version >= OPTIONS_SINCE else "true"
    return f"""
select r.rolname::text     as role
     , m.rolname::text     as member
     , g.rolname::text     as grantor
     , a.admin_option      as admin
     , {options}           as inherits
     , {sets}              as sets
     , a.grantor = {_BOOTSTRAP} as by_bootstrap
  from pg_auth_members a
  join pg_roles r      on r.oid = a.roleid
  join pg_roles m      on m.oid = a.member
  left join pg_roles g on g.oid = a.grantor
 where not (r.rolname ~ '^pg_' and m.rolname ~ '^pg_')
 order by r.rolname, m.rolname, g.rolname
"""


class Membership(Value):
    """That `member` is a member of `role`: pg_auth_members."""

    role: str
    member: str
    grantor: str | None
    """None where the role is gone, which servers before 16 allow."""
    admin: bool
    inherits: bool | None
    """None on a server older than 16, where the member's own attribute says it."""
    sets: bool
    """True if the member may SET ROLE to it."""
    by_bootstrap: bool
    """True if the grantor is the superuser of initdb, who may always be named as one."""

    def grant(self) -> str:
        """The statement that makes it."""
        options = ["ADMIN OPTION"] if self.admin else []
        if self.inherits is not None:
            options.append(f"INHERIT {'TRUE' if self.inherits else 'FALSE'}")
        if not self.sets:
            options.append("SET FALSE")
        given = f" WITH {', '.join(options)}" if options else ""
        by = f" GRANTED BY {ident(self.grantor)}" if self.grantor is not None else ""
        return f"GRANT {ident(self.role)} TO {ident(self.member)}{given}{by};\n"

    def differs(self, new: "Membership") -> bool:
        """True if `new` gives the member something else. A server older than 16 does not say whether it inherits."""
        unknown = None in (self.inherits, new.inherits)
        same = self.evolve(grantor=new.grantor, by_bootstrap=new.by_bootstrap)
        return (same.evolve(inherits=new.inherits) if unknown else same) != new

    def alter(self, new: "Membership") -> Iterator[str]:
        """The statements that make it what `new` is."""
        if self.admin and not new.admin:
            yield f"REVOKE ADMIN OPTION FOR {ident(self.role)} FROM {ident(self.member)};\n"
        options = ["ADMIN OPTION"] if new.admin and not self.admin else []
        if None not in (self.inherits, new.inherits) and self.inherits != new.inherits:
            options.append(f"INHERIT {'TRUE' if new.inherits else 'FALSE'}")
        if self.sets != new.sets:
            options.append(f"SET {'TRUE' if new.sets else 'FALSE'}")
        if options:
            yield f"GRANT {ident(self.role)} TO {ident(self.member)} WITH {', '.join(options)};\n"

    def revoke(self) -> str:
        """The statement that ends it."""
        return f"REVOKE {ident(self.role)} FROM {ident(self.member)};\n"


def grantable(memberships: Iterable[Membership]) -> Iterator[Membership]:
    """The memberships, each after the one that let its grantor give it (pg_dumpall.c, dumpRoleMembership).

    `memberships` come in the order of the query. Raises PgnormError where no such order exists.
    """
    for role, grants in groupby(memberships, key=lambda each: each.role):
        waiting, admins = list(grants), set[str]()
        while waiting:
            later: list[Membership] = []
            for each in waiting:
                if each.inherits is None or each.by_bootstrap or each.grantor is None or each.grantor in admins:
                    if each.admin:
                        admins.add(each.member)
                    yield each
                else:
                    later.append(each)
            if len(later) == len(waiting):
                raise PgnormError(
                    f'no order works for granting the memberships in role "{role}"',
                    hint="Some of their grantors have no ADMIN OPTION on it, as REVOKE and GRANT by hand can make so.",
                )
            waiting = later
