"""The review of a comparison: its document, with the texts and pictures that people judge it by."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.counting import first_of, plural
from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.quoting import plain
from pgnorm.catalog.secrets import masked_sql

from .diagram import Diagrams, diagrams
from .form import BrokenBody, Document, Identity, SuggestedRename
from .limits import NUMBERS
from .objects import ADDED, CHANGED, DROPPED, Touched, touched

if TYPE_CHECKING:
    from ..comparison import Comparison

UNCHANGED = "No schema changes found"
NAMING = "Code that may name what is dropped or renamed"


class Review(Value):
    """All that a page or a comment says of a comparison."""

    document: Document = untold()
    scripts: tuple[str, ...] = untold()
    """The SQL of each transaction, secrets masked."""
    objects: tuple[Touched, ...]
    diagrams: Diagrams
    roles: tuple[tuple[str, str], ...] = ()
    """A sign and words for each change of a role."""

    @property
    def counts(self) -> "Counter[str]":
        """Numbers of what is added, changed and dropped, by sign."""
        lines = (sign for each in self.objects for _, sign, _ in each.lines)
        return Counter([*lines, *(sign for sign, _ in self.roles)])

    @property
    def summary(self) -> str:
        """The counts in words."""
        found = self.counts
        if not found:
            return UNCHANGED
        return f"{found[ADDED]} to add, {found[CHANGED]} to change, {found[DROPPED]} to drop"

    @property
    def verdict(self) -> str:
        """Words on whether the plan was tried; empty where there is none."""
        if self.document["unproved"]:
            return f"The plan is unproved: {self.document['unproved']}"
        return "The plan was tried in Postgres and arrives at the new side." if self.document["changes"] else ""


def reviewed(
    comparison: "Comparison", document: Document, scripts: Sequence[str], roles: Sequence[tuple[str, str]]
) -> Review:
    """The review of a comparison with this document, whose plan and changes of roles are printed so."""
    objects = touched(comparison)
    return Review(
        document=document,
        scripts=tuple(map(masked_sql, scripts)),
        objects=objects,
        diagrams=diagrams(comparison, objects),
        roles=tuple(roles),
    )


def called(name: Identity) -> str:
    """An object that is no routine, by its kind and name."""
    return f"{name['kind']} {'.'.join(filter(None, (name['schema'], name['detail'], name['name'])))}"


def left_out(document: Document) -> list[tuple[str, list[str]]]:
    """Objects that the plan passes over: a sentence for each reason, and the names where they are known."""
    found: list[tuple[str, list[str]]] = []
    phantoms = [
        f"{each['kind']} {each['schema']}.{each['name']}({plain(each['detail'])}): {each['difference']}"
        for each in document["phantoms"]
    ]
    if phantoms:
        verb = "differs" if len(phantoms) == 1 else "differ"
        found.append((f"{plural(len(phantoms), 'function body')} {verb} in formatting only", phantoms))
    for reason, counts in document["ignored_because"].items():
        said = ", ".join(plural(count, kind) for kind, count in counts.items())
        found.append((f"Left alone ({reason.replace('_', ' ')}): {said}", []))
    if document["kept"]:
        found.append(("These stay as they are, as the options say", [*map(called, document["kept"])]))
    rows = [
        f"{plural(len(each['places']), 'call' if each['what'] == 'call' else 'statement')} "
        f"{'of' if each['what'] == 'call' else 'on the rows of'} {each['name']} ({', '.join(each['places'][:3])})"
        for each in document["not_carried"]
    ]
    if rows:
        found.append(("Not part of a diff, which is about definitions", rows))
    unmodelled = [f"{each['what']} {each['name']}" for each in document["not_modelled"] if not each["one_sided"]]
    if unmodelled:
        found.append(("Not modelled, so not compared", unmodelled))
    return found


def worries(document: Document) -> list[tuple[str, list[str]]]:
    """Anything else that deserves a look before all: a sentence for each sort, and its lines."""
    one_sided = [f"{each['what']} {each['name']}" for each in document["not_modelled"] if each["one_sided"]]
    found = (
        ("These changes of roles change who may do what", [*_memberships(document)]),
        (
            "These bodies name what is dropped or renamed, and would fail when they run",
            [*map(_broken, document["broken_bodies"])],
        ),
        (
            "These are made again, but what they held does not come back",
            [*map(called, document["not_restored"])],
        ),
        ("Only one side has these, and no plan here ends that", one_sided),
        (
            "These may be renames; as it stands each is a drop and a creation",
            [*map(_rename, document["suggested_renames"])],
        ),
    )
    return [(title, lines) for title, lines in found if lines]


def _broken(body: BrokenBody) -> str:
    if body["place"] is not None:
        return f"{body['place']}: {body['routine']} {body['what']}"
    return f"{body['routine']} line {body['line']} {body['what']}"


def _rename(suggested: SuggestedRename) -> str:
    hint = f", or `{suggested['hint']}` at the new name in the files" * bool(suggested["hint"])
    return f"{suggested['rename']} ({', '.join(suggested['reasons'])}): --rename {suggested['rename']}{hint}"


def naming_files(document: Document) -> dict[str, list[str]]:
    """The files of other code that may name what goes: what each names, and in which lines."""
    files: dict[str, dict[str, list[str]]] = {}
    for each in document["consumers"] or ():
        file, _, number = each["place"].rpartition(":")
        files.setdefault(file, {}).setdefault(each["what"], []).append(number)
    return {
        file: [f"{what}, line{'s' * (len(at) > 1)} {first_of(at, NUMBERS)}" for what, at in names.items()]
        for file, names in files.items()
    }


def _memberships(document: Document) -> Iterator[str]:
    """A line for each change of a role by which somebody may do more or less."""
    for each in document["roles"]:
        member = f", member {each['member']}" if "member" in each else ""
        if member or (each["action"] == "alter" and any("BYPASSRLS" in sql for sql in each["sql"])):
            yield f"{each['action']} role {each['role']}{member}"
