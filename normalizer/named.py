"""Names that people give objects in words: with their schema, or without where that is public."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.model import Catalog, Object

from .compare.difference import above

_NAMED_AT_MOST: Final = 5


def is_asked(item: Object, catalog: Catalog, names: Collection[str]) -> bool:
    """True if an object is named, or a part of what is."""
    wholes = (catalog.objects[name] for name in above(catalog, item) if name in catalog.objects)
    return any(_names(word, each) for each in (item, *wholes) for word in names)


def _names(word: str, item: Object) -> bool:
    label = item.label
    return word in (label, f"{item.kind} {label}", label.partition("(")[0], label.replace('"', ""))


def in_public(word: str) -> str:
    """The same name in the schema public: `trigger public.people.touch` for `trigger people.touch`."""
    kind = next((each.kind for each in KINDS if word.startswith(f"{each.kind} ")), "")
    return f"{kind} public.{word.removeprefix(kind).lstrip()}".lstrip()


def meant(word: str, end: Catalog) -> tuple[str, ...]:
    """A name as it is where something has it in the end, else that in the schema public too."""
    return (word,) if are_there((word,), end.objects.values()) else (word, in_public(word))


def are_there(forms: Collection[str], items: Iterable[Object]) -> bool:
    """True if some object has one of these names."""
    return any(_names(form, item) for item in items for form in forms)


def refuse_unknown(names: Collection[str], others: Iterable[Object], end: Catalog, said: str) -> None:
    """Raises PgnormError, which begins with what is `said`, for a name that neither the end nor others have."""
    known = [*end.objects.values(), *others]
    for word in names:
        if not are_there((word, in_public(word)), known):
            labels = [item.label for item in end.objects.values()]
            bare = [label for label in labels if label.partition("(")[0].endswith(f".{word}")]
            close = [*bare, *get_close_matches(word, labels, n=_NAMED_AT_MOST)][:_NAMED_AT_MOST]
            raise PgnormError(
                f"{said} {word}",
                hint=f"Did you mean {' or '.join(dict.fromkeys(close))}?"
                if close
                else "Name it with its schema, a column with its table too: public.contacts.email.",
            )
