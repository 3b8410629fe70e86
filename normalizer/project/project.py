"""A project: where its schema files and migrations are, and which Postgres they are written for."""

from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value, untold

from ..platforms import PLAIN, SUPABASE, Platform, plain, supabase
from .bounds import within
from .config import NO_TABLE, Table, unless_unset
from .forms import Migrations
from .histories import history_of
from .migrations import find_migrations
from .samples import Sample, samples_of
from .schema_files import SchemaFiles
from .supabase import ROLES, named_folder, usual_folder

# What the Supabase CLI takes where config.toml says nothing.
_SUPABASE_MAJOR: Final = 17
_SUPABASE_PORT: Final = 54322
_EXPOSED: Final = ("public", "graphql_public")
_OLDEST: Final = 14


class Project(Value):
    """A folder with a Supabase project in it, `pgnorm.toml` or `[tool.pgnorm]` in pyproject.toml."""

    root: Path
    supabase_dir: Path | None = None
    """None for a project on plain Postgres."""
    config: Table = untold(default=NO_TABLE)
    settings: Table = untold(default=NO_TABLE)
    """pgnorm's own, and `config` the Supabase CLI's: read when needed, since a variable may not be set."""
    notes: tuple[str, ...] = untold(default=())
    """Notes on settings that are passed over."""

    @property
    def platform(self) -> Platform:
        """The baseline below the project. What is to come from a variable that is not set is as without a setting."""
        if self.supabase_dir is None:
            return plain(self.settings.string("history"))
        expose, major = unless_unset(lambda: self.auto_expose_new_tables), unless_unset(lambda: self.major)
        return supabase(auto_expose_new_tables=expose, major=major or _SUPABASE_MAJOR)

    @property
    def major(self) -> int | None:
        """The major version that the project is for, None where it does not say."""
        usual = _SUPABASE_MAJOR if self.supabase_dir else None
        return _major(self.settings) or _major(self.config.table("db")) or usual

    def check(self) -> None:
        """Raise PgnormError for a setting that is wrong, not for one that only lacks its variable."""
        unless_unset(lambda: self.major)
        unless_unset(lambda: self.schema_files)
        unless_unset(lambda: self.migrations_dir)
        unless_unset(lambda: self.schemas)
        unless_unset(lambda: self.split)
        unless_unset(lambda: self.roles)
        unless_unset(lambda: self.online)
        unless_unset(lambda: self.access)
        unless_unset(lambda: self.consumers)
        unless_unset(lambda: self.samples)
        unless_unset(lambda: self.squawk)
        unless_unset(lambda: self.ignore)
        unless_unset(lambda: history_of(self.settings))

    def require_settings(self) -> None:
        """Raises PgnormError where what its baseline hangs on is to come from a variable that is not set."""
        _ = (self.major, self.auto_expose_new_tables)

    @property
    def port(self) -> int | None:
        """The port of the local Supabase stack's database, None without one."""
        return (self.config.table("db").integer("port") or _SUPABASE_PORT) if self.supabase_dir else None

    @property
    def auto_expose_new_tables(self) -> bool | None:
        """True if Supabase grants new tables to the roles of its API; None where config.toml does not say."""
        return self.config.table("api").boolean("auto_expose_new_tables")

    @property
    def schemas(self) -> tuple[str, ...]:
        """Patterns of the schemas that the project owns; empty for all but the platform's own."""
        return self.settings.strings("schemas")

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles whose access counts; empty for those that the platform's API uses."""
        return self.settings.strings("roles")

    @property
    def exposed(self) -> tuple[str, ...]:
        """The schemas that the platform's API shows; none on plain Postgres."""
        return (self.config.table("api").strings("schemas") or _EXPOSED) if self.supabase_dir else ()

    @property
    def access(self) -> Path | None:
        """The committed table of who may do what, which `check` compares; None where none is set."""
        path = self.settings.string("access")
        if not path:
            return None
        return within(self.root, [self.root / path], place=self.settings.place("access"), setting="`access`")[0]

    @property
    def consumers(self) -> tuple[str, ...]:
        """Patterns of files that may name tables and columns; empty for those of programs in the project's folder."""
        return self.settings.strings("consumers")

    @property
    def samples(self) -> tuple[Sample, ...] | None:
        """CSV files that are samples of tables' rows; None where nothing is said, and their names tell."""
        return samples_of(self.settings)

    @property
    def squawk(self) -> bool:
        """True if `check` is to ask squawk about the migrations."""
        return self.settings.boolean("squawk") or False

    @property
    def online(self) -> bool:
        """True if plans are to let others go on."""
        return self.settings.boolean("online") or False

    @property
    def ignore(self) -> Table:
        """The table of what a comparison leaves alone, for `ignoring.configured`."""
        return self.settings.table("ignore")

    @property
    def split(self) -> Table:
        """The table of what goes into which file of a dump in several files, for `layouts.configured`."""
        return self.settings.table("split")

    @property
    def migrations_dir(self) -> Path:
        """The folder of the migrations."""
        own = self.settings.string("migrations")
        return self.root / own if own else (self.supabase_dir or self.root) / "migrations"

    @property
    def schema_files(self) -> SchemaFiles:
        """The files that declare the schema."""
        own = self.settings.strings("schema_paths")
        tree = named_folder(self.supabase_dir, self.config) if self.supabase_dir is not None else None
        table = self.settings if own else self.config.table("db").table("migrations") if not tree else NO_TABLE
        base = self.root if table is self.settings else self.supabase_dir or self.root
        usual = usual_folder(base) if base == self.supabase_dir else base / "schemas"
        return SchemaFiles(
            root=self.root,
            base=base,
            folder=tree or usual,
            patterns=table.strings("schema_paths"),
            place=table.place("schema_paths"),
            said_in="`db.migrations` in the CLI's settings" if self.supabase_dir else "pgnorm.toml",
        )

    @property
    def roles_file(self) -> Path | None:
        """The file that makes the project's roles, loaded before anything else; None where there is none."""
        path = self.supabase_dir / ROLES if self.supabase_dir else None
        return within(self.root, [path])[0] if path is not None and path.is_file() else None

    @property
    def declares(self) -> bool:
        """True if there are schema files, or ought to be."""
        return self.schema_files.expected

    def declared_files(self) -> tuple[Path, ...]:
        """The schema files in the order in which they are loaded, each once.

        Raises PgnormError where there are none, and where one lies outside of the repository.
        """
        return self.schema_files.paths()

    def folders(self) -> tuple[Path, ...]:
        """The folders that schema files and migrations are in."""
        migrations = unless_unset(lambda: self.migrations_dir)
        folders = (migrations, *(unless_unset(lambda: self.schema_files.folders()) or ()))
        return tuple(dict.fromkeys(folder for folder in folders if folder is not None))

    def migration_files(self) -> Migrations:
        """The migrations, none where the project has no such folder yet."""
        found = find_migrations(self.migrations_dir, as_supabase=self.has_supabase_migrations)
        within(self.root, (self.migrations_dir, *(migration.path for migration in found.files)))
        return found

    @property
    def has_supabase_migrations(self) -> bool:
        """True if the Supabase CLI runs the migrations."""
        return self.supabase_dir is not None and self.migrations_dir == self.supabase_dir / "migrations"


def named_platform(settings: Table) -> str | None:
    """The name of the platform that pgnorm's own settings say, None where they leave it to the folders."""
    name = settings.string("platform")
    if name is not None and name not in (PLAIN.name, SUPABASE):
        raise settings.error("platform", f'must be "{SUPABASE}" or "{PLAIN.name}"')
    return name


def _major(table: Table) -> int | None:
    major = table.integer("major_version")
    if major is not None and major < _OLDEST:
        raise table.error("major_version", f"is {major}; pgnorm works with Postgres {_OLDEST} and later")
    return major
