"""Privileges of roles on configuration parameters: `GRANT SET ON PARAMETER "work_mem" TO "app"`."""

from typing import Final, LiteralString

from ..acl import AclItem
from ..model.declaring import Value
from ..privileges import acl_commands
from ..quoting import ident

SINCE: Final = 150000
"""The server_version_num from which parameters have privileges."""

# The owner of all parameters is the superuser of initdb (BOOTSTRAP_SUPERUSERID).
QUERY: Final[LiteralString] = """
select p.parname::text                     as name
     , pg_get_userbyid(10)::text           as owner
     , p.paracl::text[]                    as acl
     , acldefault('p', 10)::text[]         as acl_default
  from pg_parameter_acl p
 order by p.parname
"""
"""Its columns are the fields of ParameterPrivileges."""


class ParameterPrivileges(Value):
    """The privileges on one parameter: pg_parameter_acl."""

    name: str
    owner: str
    acl: tuple[AclItem, ...]
    acl_default: tuple[AclItem, ...]

    def grant(self, major: int) -> str:
        """The statements that give the privileges to a server of this major version."""
        return acl_commands(f"PARAMETER {ident(self.name)}", self.acl, self.acl_default, self.owner, major=major)
