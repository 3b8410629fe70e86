"""Options of `pgnorm diff` that leave things alone, and what is told of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .output import Console, plural

if TYPE_CHECKING:
    from pgnorm.normalizer.compare.ignoring import Reason
    from pgnorm.normalizer.compare.satellites import Uncompared
    from pgnorm.normalizer.plan.keeping import Keeping

    from .diff_options import Given

_BECAUSE: Final = {
    "asked": "as --ignore, --only, --kind or the settings say",
    "hint": "as hints in the files say",
    "pg_partman": "since pg_partman makes them",
    "extension": "since calls of extensions make them",
    "platform": "since the platform manages their schemas, so write them into a migration by hand",
}


def uncompared(given: "Given") -> "Uncompared":
    """The satellites that --no-owner and its like leave out."""
    from pgnorm.normalizer.compare.difference import COMMENT, LABELS, OWNER, PRIVILEGES
    from pgnorm.normalizer.compare.satellites import Uncompared

    said = {
        OWNER: given["no_owner"],
        PRIVILEGES: given["no_privileges"],
        COMMENT: given["no_comments"],
        LABELS: given["no_security_labels"],
    }
    return Uncompared(satellites=frozenset(name for name, asked in said.items() if asked))


def keeping(given: "Given") -> "Keeping":
    """The drops that --no-drops, --safe-only and --allow-drop leave out."""
    from pgnorm.normalizer.left_alone import kind_words
    from pgnorm.normalizer.plan.keeping import Keeping

    if given["allowed_drops"] or given["safe_only"]:
        return Keeping(all_but=frozenset(kind_words()[word] for word in given["allowed_drops"]))
    return Keeping(losses=given["no_drops"])


def tell_left_alone(console: Console, ignored: "Mapping[Reason, Mapping[str, int]]") -> None:
    """Say how many objects are left alone, and why."""
    for reason, counts in ignored.items():
        said = ", ".join(plural(count, kind) for kind, count in counts.items())
        console.say(f"Left alone, {_BECAUSE[reason.value]}: {said}")
