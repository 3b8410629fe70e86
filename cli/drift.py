"""`pgnorm log --local` and its like: how a database came to differ from its migrations."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from .app import App
from .documents import printed
from .fitting import more
from .output import SHOWN_AT_MOST, Console, in_line, plural, write
from .roles import role_lines
from .standings import notes, standing_json
from .targets import project_of, target

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.standing import Standing
    from pgnorm.normalizer.compare.difference import Difference
    from pgnorm.normalizer.drift import Account, Change, Retold

    from .forms import DifferenceSaid, Drift

JSON_VERSION: Final = 1
_CHANGES: Final = {"+": "added", "-": "dropped", "~": "altered"}


def tell_drift(app: App, names: tuple[str, ...], *, as_json: bool) -> None:
    """Print how the database that was named came to be as it is."""
    from pgnorm.normalizer.as_applied import remembered
    from pgnorm.normalizer.drift import account

    project = project_of(app)
    with target(app) as found:
        history = remembered(found, project)
        with app.workspace() as workspace:
            known = account(workspace, project, history, found.database, names)
    if as_json:
        write(_as_json(known, found.name))
    else:
        write("".join(f"{in_line(line)}\n" for line in _lines(app.console, known)))


def _lines(console: Console, known: "Account") -> Iterator[str]:
    yield _where(known)
    yield from _shortened(console, _odd(known))
    for version in known.silent:
        yield f"What {version} did nobody knows: the history has no statements of it, and the folder no file"
    for each in known.retold:
        yield from _shortened(console, _retold(each))
    by_hand = [_said(each) for each in known.changes]
    by_hand += [f"{line.strip()}" for _, line in role_lines(known.roles)]
    if by_hand:
        yield "No migration that is applied there did this:"
        yield from _shortened(console, (f"  {line}" for line in by_hand))
    else:
        yield "It matches them: no changes outside migrations"


def _where(known: "Account") -> str:
    done = sum(each.state in ("applied", "missing") for each in known.standings)
    count = f"{done} of {plural(len(known.standings), 'migration')} {'is' if done == 1 else 'are'} applied"
    if known.guessed:
        at = f"is most like {_name(known.at)}" if known.at is not None else "is most like one without any of them"
        return f"The database has no history of migrations; it {at}"
    return (
        f"The database is at {_name(known.at)}: {count}" if known.at is not None else f"The database has none: {count}"
    )


def _name(standing: "Standing") -> str:
    return f"{standing.version}_{standing.name}" if standing.name else standing.version


def _odd(known: "Account") -> Iterator[str]:
    """The migrations that are not just applied."""
    for each in known.standings:
        if (said := notes(each)) != ["applied"] and not each.changed:
            yield f"  {_name(each)}: {', '.join(said)}"


def _retold(each: "Retold") -> Iterator[str]:
    from pgnorm.normalizer.compare.describing import describe
    from pgnorm.normalizer.files.reading import shown

    assert each.standing.path is not None
    file, said = shown(each.standing.path), f"{_name(each.standing)} was applied in another text than"
    if each.differences is None:
        yield f"{said} {file} has by now, which does not load behind the others"
    elif not each.differences:
        yield f"{said} {file} has by now, which comes to the same"
    else:
        yield f"{said} {file} has by now. Compared with what the file makes: added (+), missing (-), different (~):"
        yield from (f"  {describe(one)}" for one in each.differences)


def _said(change: "Change") -> str:
    """A change in a line, with the migrations that had to do with it."""
    from pgnorm.normalizer.compare.describing import describe

    found = change.difference
    behind = ""
    if change.made is not None:
        verb = "dropped" if found.old is None else "made" if found.new is None else "last set"
        behind = f", which {change.made} {verb}"
    if change.pending is not None:
        behind += f"; {change.pending}, not applied there, does {'the same' if change.same else 'something to it too'}"
    return f"{describe(found)}{behind}"


def _shortened(console: Console, lines: Iterable[str]) -> Iterator[str]:
    """As many lines as fit a screen, all with -v."""
    found = [*lines]
    shown = found if console.verbose else found[:SHOWN_AT_MOST]
    yield from shown
    if len(found) > len(shown):
        yield f"  {more(len(found) - len(shown))}"


def _as_json(known: "Account", name: str) -> str:
    document: Drift = {
        "version": JSON_VERSION,
        "database": name,
        "at": known.at.version if known.at is not None else None,
        "guessed": known.guessed,
        "migrations": [*map(standing_json, known.standings)],
        "without_statements": [*known.silent],
        "applied_otherwise": [
            {
                "version": each.standing.version,
                "differences": None if each.differences is None else [*map(_difference, each.differences)],
            }
            for each in known.retold
        ],
        "changes": [
            {
                **_difference(each.difference),
                "made": each.made,
                "pending": each.pending,
                "same": each.same,
                "said": _said(each),
            }
            for each in known.changes
        ],
        "roles": [line.strip() for _, line in role_lines(known.roles)],
    }
    return printed(document)


def _difference(found: "Difference") -> "DifferenceSaid":
    from pgnorm.normalizer.compare.describing import sign, words

    change = _CHANGES[sign(found)]
    return {"kind": found.item.kind, "name": found.item.label, "change": change, "what": words(found)}
