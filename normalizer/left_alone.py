"""Rules of `[ignore]` in the settings and of the options beside it, read into what a comparison is told."""

from typing import TYPE_CHECKING

from .compare.ignoring import PARTITION_OF, ROLE, Ignoring, NamePatterns

if TYPE_CHECKING:
    from .project.config import Table


def ignoring(
    settings: "Table | None", only: tuple[str, ...] = (), ignore: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> Ignoring:
    """The rules of `[ignore]` in the settings, --only, --ignore and --kind. Raises PgnormError for a word in the
    settings that is no kind."""
    rules = configured(settings) if settings is not None else ()
    known = kind_words()
    return Ignoring(
        rules=(*rules, *((NamePatterns(patterns=ignore),) if ignore else ())),
        only=only,
        kinds=tuple(known[word] for word in kinds),
    )


def configured(settings: "Table") -> tuple[NamePatterns, ...]:
    """The rules of `[ignore]`: kinds with their patterns. Raises PgnormError for a word that is no kind."""
    known = kind_words()
    known |= {kind: kind for kind in known.values()} | {word: word for word in (PARTITION_OF, ROLE)}
    settings.allow(known)
    return tuple(NamePatterns(kind=known[word], patterns=settings.strings(word)) for word in settings.values)


def kind_words() -> dict[str, str]:
    """The kinds of objects by the words that settings and options have for them: `materialized-view`."""
    from pgnorm.catalog.kinds import KINDS

    return {kind.kind.replace(" ", "-"): kind.kind for kind in KINDS if not kind.placement.derived}
