"""Requests as command lines of pgnorm: what may be asked of each command, and in which words it is told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

Kind = Literal["source", "text", "texts", "flag", "choice"]

_OF_PROJECT: Final = re.compile(r"files|migrations(?:@[\w.]+)?")
_PATH: Final = re.compile(r"[\w./-]+")


class Asked(Value):
    """Something that a request may ask of a command."""

    name: str
    flag: str
    kind: Kind
    said: str
    choices: tuple[str, ...] = ()


class Verb(Value):
    """A command that is offered."""

    name: str
    said: str
    words: tuple[str, ...]
    """The words that each request adds."""
    options: tuple[Asked, ...]
    forms: tuple[str, ...] = ("json",)
    """Forms of the answer."""


_SELECTION: Final = (
    Asked(name="schemas", flag="--schema", kind="texts", said="Only these schemas."),
    Asked(name="exclude_schemas", flag="--exclude-schema", kind="texts", said="Not these schemas."),
)
VERBS: Final = {
    verb.name: verb
    for verb in (
        Verb(
            name="dump",
            said="The canonical SQL of a source.",
            words=("dump",),
            options=(
                Asked(name="from", flag="--from", kind="source", said="The source."),
                *_SELECTION,
                Asked(
                    name="format",
                    flag="--format",
                    kind="choice",
                    said="Whose dump it is to look like.",
                    choices=("supabase", "pg_dump"),
                ),
            ),
            forms=("sql", "json"),
        ),
        Verb(
            name="diff",
            said="The way from one source to another, proved.",
            words=("diff",),
            options=(
                Asked(name="from", flag="--from", kind="source", said="The source that there is."),
                Asked(name="to", flag="--to", kind="source", said="What it is to become."),
                *_SELECTION,
                Asked(name="only", flag="--only", kind="texts", said="Only objects of these names."),
                Asked(name="ignore", flag="--ignore", kind="texts", said="Leave objects of these names alone."),
                Asked(name="renames", flag="--rename", kind="texts", said="Renames, as public.contacts.status=stage."),
                Asked(name="online", flag="--online", kind="flag", said="Don't lock busy tables."),
                Asked(name="no_drops", flag="--no-drops", kind="flag", said="Lose no data."),
                Asked(name="no_proof", flag="--no-proof", kind="flag", said="Don't try the plan."),
            ),
            forms=("json", "sql", "markdown", "html"),
        ),
        Verb(
            name="fix-functions",
            said="The files whose functions are not as Postgres stores them, as they ought to be.",
            words=("fix-functions", "--json"),
            options=(Asked(name="from", flag="--from", kind="source", said="Take the bodies of this source."),),
        ),
        Verb(
            name="check",
            said="All that the project must hold to, as findings.",
            words=("check", "--json"),
            options=(
                Asked(name="skip", flag="--skip", kind="texts", said="Leave out these rules."),
                Asked(
                    name="level",
                    flag="--level",
                    kind="choice",
                    said="Lints from this level on.",
                    choices=("error", "warn", "info"),
                ),
            ),
        ),
    )
}


def words_of(verb: Verb, given: Mapping[str, object], folder: Path, named: Mapping[str, str]) -> tuple[str, ...]:
    """The words of the command line for what a request asks about the files in a folder. `named` are the sources that
    the service was started with.

    Raises PgnormError for what the command is not to be asked.
    """
    known = {option.name: option for option in verb.options}
    if unknown := sorted(given.keys() - known.keys() - {"form"}):
        raise PgnormError(f"`{verb.name}` takes no `{unknown[0]}`", hint=f"It takes {', '.join(known)}.")
    words = list(verb.words)
    for name, value in given.items():
        if name in known:
            words += _words(known[name], value, folder, named)
    return tuple(words)


def of_query(verb: Verb, given: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The options in the query of a URL, in the types of a JSON body."""
    kinds = {option.name: option.kind for option in verb.options}
    found: dict[str, object] = {}
    for name, text in given:
        kind = kinds.get(name)
        if kind == "texts":
            known = found.setdefault(name, [])
            assert isinstance(known, list)
            known.append(text)
        elif kind == "flag":
            found[name] = {"true": True, "false": False}.get(text, text)
        else:
            found[name] = text
    return found


def form_of(verb: Verb, given: Mapping[str, object]) -> str:
    """The form in which a request wants the answer. Raises PgnormError for one that there is not."""
    form = given.get("form", verb.forms[0])
    if form not in verb.forms:
        raise PgnormError(f"`form` must be one of {', '.join(verb.forms)}")
    return str(form)


def _words(option: Asked, value: object, folder: Path, named: Mapping[str, str]) -> Iterator[str]:
    if option.kind == "flag":
        if not isinstance(value, bool):
            raise PgnormError(f"`{option.name}` must be true or false")
        if value:
            yield option.flag
        return
    texts = value if option.kind == "texts" else [value]
    if (
        not isinstance(texts, Sequence)
        or isinstance(texts, str)
        or not all(isinstance(text, str) and text for text in texts)
    ):
        raise PgnormError(f"`{option.name}` must be {'a list of texts' if option.kind == 'texts' else 'a text'}")
    for text in map(str, texts):
        if option.choices and text not in option.choices:
            raise PgnormError(f"`{option.name}` must be one of {', '.join(option.choices)}")
        yield f"{option.flag}={_source(text, folder, named) if option.kind == 'source' else text}"


def _source(word: str, folder: Path, named: Mapping[str, str]) -> str:
    """The word of the command line for a source that a request names: nothing else than its own files, and what the
    service was started with."""
    if word in named:
        return named[word]
    if _OF_PROJECT.fullmatch(word):
        return word
    path = folder / word
    if _PATH.fullmatch(word) and ".." not in word.split("/") and not word.startswith("/") and path.exists():
        return f"./{word}"
    listed = f", {', '.join(named)}" * bool(named)
    raise PgnormError(
        f"there is no source {word!r} here",
        hint=f"A source is files, migrations, migrations@VERSION, the path of a file that comes along{listed}.",
    )
