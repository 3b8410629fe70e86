"""All lints, under the names that Supabase's advisors have for them.

Left out of those is what only statistics, or the settings of a project's services, tell.
"""

from typing import Final

from . import access, shape

LINTS: Final = (*access.LINTS, *shape.LINTS)
NAMES: Final = frozenset(lint.name for lint in LINTS)
