"""Roles, their memberships, their rights to set parameters: they belong to a whole server and to no database of it."""

from .memberships import OPTIONS_SINCE, Membership
from .parameters import ParameterPrivileges
from .reader import IN_DATABASE, Cluster, read_cluster
from .roles import Role

__all__ = [
    "IN_DATABASE",
    "OPTIONS_SINCE",
    "Cluster",
    "Membership",
    "ParameterPrivileges",
    "Role",
    "read_cluster",
]
