"""States of a constraint, as pg_get_constraintdef says them behind the definition."""


def state(validated: bool, enforced: bool) -> str:
    """The end of pg_get_constraintdef's text: ` NOT VALID`."""
    if not enforced:
        return " NOT ENFORCED"
    return "" if validated else " NOT VALID"


def deferral(deferrable: bool, deferred: bool) -> str:
    """Deferral of a constraint's check, in SQL; empty for one that is checked at once and always."""
    if not deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if deferred else " DEFERRABLE"
