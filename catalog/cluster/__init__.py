"""Roles, their memberships, their rights to set parameters: they belong to a whole server and to no database of it."""

from .memberships import Membership
from .parameters import ParameterPrivileges
from .reader import Cluster, read_cluster
from .roles import Role

__all__ = ["Cluster", "Membership", "ParameterPrivileges", "Role", "read_cluster"]
