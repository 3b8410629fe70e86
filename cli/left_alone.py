"""Rules for what `pgnorm diff` leaves alone, by its settings and options."""

from pgnorm.catalog.kinds import KINDS
from pgnorm.normalizer.compare.ignoring import PARTITION_OF, Ignoring, NamePatterns
from pgnorm.normalizer.project.config import Table


def ignoring(settings: Table | None, only: tuple[str, ...], ignore: tuple[str, ...]) -> Ignoring:
    """The rules of `[ignore]` in the settings, --only and --ignore. Raises PgnormError for a word that is no kind."""
    rules = configured(settings) if settings is not None else ()
    return Ignoring(rules=(*rules, *((NamePatterns(patterns=ignore),) if ignore else ())), only=only)


def configured(settings: Table) -> tuple[NamePatterns, ...]:
    """The rules of `[ignore]`: kinds with their patterns. Raises PgnormError for a word that is no kind."""
    known = {kind.kind.replace(" ", "-"): kind.kind for kind in KINDS if not kind.derived}
    known |= {kind: kind for kind in known.values()} | {PARTITION_OF: PARTITION_OF}
    settings.allow(known)
    return tuple(NamePatterns(kind=known[word], patterns=settings.strings(word)) for word in settings.values)
