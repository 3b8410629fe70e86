"""`pgnorm blame` and `pgnorm log`: the migrations that made objects what they are."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from .app import App, app_of
from .documents import printed
from .drift import tell_drift
from .general import general_options
from .help import Command, exit_codes
from .output import in_line, plural, write
from .servers import lock_timeout_option, shadow_option, trust_option
from .targets import project_of, target_options

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object
    from pgnorm.normalizer.tracing import Deciding, Event, Trace

    from .forms import Blame, EventSaid, Log

JSON_VERSION: Final = 1
_WIDTH: Final = 72
BLAME: Final = f"""\b
Examples:
  pgnorm blame public.contacts         its columns, constraints, policies, … as well
  pgnorm blame public.contacts.email "public.search_contacts(text, integer)"

{exit_codes()}"""
LOG: Final = f"""\b
Examples:
  pgnorm log public.contacts           all that migrations did to it
  pgnorm log public.contacts.email --json
  pgnorm log --linked              how the linked project's database came to differ

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=BLAME)
@shadow_option
@trust_option
@click.argument("objects", metavar="OBJECT...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def blame(app: App, objects: tuple[str, ...], as_json: bool) -> int:
    """Say which migration made each object, and which last set what has changed of it since.

    An object is named as pgnorm names it, its parts come with it: public.contacts, public.contacts.email,
    "public.search_contacts(text, integer)". Below its migrations stands where the schema files make it.
    """
    found = _traced(app, objects, lasting=True)
    for name in found.gone(objects):
        app.console.say(f"{name} is there no more: pgnorm log {name}")
    if as_json:
        blamed: Blame = {
            "version": JSON_VERSION,
            "objects": [
                {
                    "kind": item.kind,
                    "name": item.label,
                    "migrations": [_event_json(event, words) for event, words in found.deciding(item)],
                    "files": found.made(item),
                }
                for item in found.objects
            ],
        }
        write(printed(blamed))
    else:
        write("".join(f"{in_line(line)}\n" for line in _blame(found, whole=app.console.verbose)))
    return 0


@click.command(cls=Command, params=general_options(), epilog=LOG)
@target_options
@shadow_option
@trust_option
@lock_timeout_option
@click.argument("objects", metavar="[OBJECT]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def log(ctx: click.Context, objects: tuple[str, ...], as_json: bool) -> int:
    """List all that migrations did to objects, from the first to the last, each with its statement.

    An object is named as for `pgnorm blame`; it need not be there any more. Where a database is named (--local, …), say
    how that came to differ from its migrations, of these objects or of all: how far it is, what was applied there in
    another text than the files have, and what no migration did.
    """
    app = app_of(ctx)
    if app.source is not None:
        tell_drift(app, objects, as_json=as_json)
        return 0
    if not objects:
        ctx.fail("Name an object, or with --local, --db-url or the like a database.")
    found = _traced(app, objects, lasting=False)
    if as_json:
        logged: Log = {
            "version": JSON_VERSION,
            "events": [
                {
                    "kind": event.difference.item.kind,
                    "name": event.difference.item.label,
                    **_event_json(event, event.words),
                }
                for event in found.events
            ],
        }
        write(printed(logged))
    else:
        write("\n".join("".join(f"{in_line(line)}\n" for line in _event(each)) for each in found.events))
    return 0


def _traced(app: App, objects: tuple[str, ...], *, lasting: bool) -> "Trace":
    from pgnorm.normalizer.project.sources import declared, migrations
    from pgnorm.normalizer.tracing import traced

    project = project_of(app)
    source = migrations(project)
    with app.workspace() as workspace:
        workspace.introduce(source)
        files = workspace.texts(declared(project)).files if project.declares else ()
        return traced(workspace.settled(), workspace.texts(source), objects, files, lasting=lasting)


def _blame(found: "Trace", *, whole: bool) -> Iterator[str]:
    """Lines on all objects; on parts that were made with what they belong to, and are as then, only if `whole`."""
    deciding = {item.id: found.deciding(item) for item in found.objects}
    along = 0
    for item in found.objects:
        above = deciding.get(item.parent, []) if item.parent is not None else []
        if not whole and above and _places(deciding[item.id]) == _places(above[:1]):
            along += 1
        else:
            yield from _blamed(item, deciding[item.id], found)
    if along:
        yield f"{plural(along, 'part')} unchanged since what they belong to was created (-v lists them)"


def _places(deciding: "Deciding") -> list[str]:
    return [event.place for event, _ in deciding]


def _blamed(item: "Object", deciding: "Deciding", found: "Trace") -> Iterator[str]:
    """Lines on an object: the statements that decide on it, and where the schema files make it."""
    yield f"{item.kind} {item.label}"
    for event, words in deciding:
        yield f"  {event.place}{_by(event)}  {', '.join(words)}{_way(event, words)}"
    yield from (f"  {place}  in the schema files" for place in found.made(item))


def _way(event: "Event", words: "Sequence[str]") -> str:
    """The beginning of a statement that makes an object and is no CREATE."""
    return (
        f" ({_begin(event)})" if event.difference.old is None and words and not event.statement.begins("CREATE") else ""
    )


def _event(event: "Event") -> tuple[str, ...]:
    from pgnorm.normalizer.compare.describing import describe

    return (f"{event.place}{_by(event)}", f"  {describe(event.difference)}", f"    {_begin(event)}")


def _begin(event: "Event") -> str:
    first, *more = event.statement.text.splitlines()
    return f"{first[:_WIDTH]}…" if more or len(first) > _WIDTH else first


def _by(event: "Event") -> str:
    commit = event.commit
    return f"  {commit.name} {commit.date} {commit.author}" if commit is not None else ""


def _event_json(event: "Event", words: "Sequence[str]") -> "EventSaid":
    commit = event.commit
    return {
        "place": event.place,
        "statement": event.statement.text,
        "what": list(words),
        "commit": None
        if commit is None
        else {"name": commit.name, "author": commit.author, "date": commit.date, "summary": commit.summary},
    }
