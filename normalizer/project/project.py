"""A project: where its schema files and migrations are, and which Postgres they are written for."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..files.reading import real_path, shown, sql_files
from ..platforms import Platform, plain, supabase
from .bounds import within
from .config import NO_TABLE, Table, unless_unset
from .forms import Migrations
from .histories import history_of
from .migrations import find_migrations
from .patterns import covers, matching
from .samples import Sample, samples_of
from .supabase import ROLES, in_order, named_folder, usual_folder

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
        unless_unset(lambda: self.schema_patterns)
        unless_unset(lambda: self.schemas_dir)
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
    def schema_patterns(self) -> tuple[str, ...]:
        """Ordered globs; empty for all files below the folder `schemas`."""
        return self._says_patterns.strings("schema_paths")

    @property
    def patterns_place(self) -> str:
        """The place of the patterns, for messages."""
        return self._says_patterns.place("schema_paths")

    @property
    def base(self) -> Path:
        """The folder that `schema_patterns` start from."""
        return self.root if self._says_patterns is self.settings else self.supabase_dir or self.root

    @property
    def _says_patterns(self) -> Table:
        own = self.settings.strings("schema_paths")
        return self.settings if own else self.config.table("db").table("migrations") if not self._tree else NO_TABLE

    @property
    def _tree(self) -> Path | None:
        """The folder of the schema files that the Supabase CLI's settings name."""
        return named_folder(self.supabase_dir, self.config) if self.supabase_dir is not None else None

    @property
    def schemas_dir(self) -> Path:
        """The folder of the schema files where no patterns are set."""
        return self._tree or (usual_folder(self.base) if self.base == self.supabase_dir else self.base / "schemas")

    @property
    def roles_file(self) -> Path | None:
        """The file that makes the project's roles, loaded before anything else; None where there is none."""
        path = self.supabase_dir / ROLES if self.supabase_dir else None
        return within(self.root, [path])[0] if path is not None and path.is_file() else None

    @property
    def declares(self) -> bool:
        """True if there are schema files, or ought to be."""
        return bool(self.schema_patterns or self._files())

    def declared_files(self) -> tuple[Path, ...]:
        """The schema files in the order in which they are loaded, each once.

        Raises PgnormError where there are none, and where one lies outside of the repository.
        """
        files = self._files()
        if not files and self.schema_patterns:
            missed = ", ".join(f"`{pattern}`" for pattern in self.schema_patterns)
            raise PgnormError(
                f"no file matches schema_paths: {missed}",
                place=self.patterns_place,
                hint=f"Patterns start from {shown(self.base)}; correct them or take them out.",
            )
        if not files:
            missing = "holds no .sql file" if self.schemas_dir.is_dir() else "does not exist"
            first = f"pgnorm dump --from migrations --split {shown(self.schemas_dir)}"
            raise PgnormError(
                f"the project declares no schema: {shown(self.schemas_dir)} {missing}",
                hint=f"Put the schema there (`{first}` writes a first one), or set schema_paths"
                + (" of `db.migrations` in the CLI's settings." if self.supabase_dir else " in pgnorm.toml."),
            )
        return within(self.root, files, place=self.patterns_place, setting="schema_paths" * bool(self.schema_patterns))

    def unmatched(self) -> tuple[str, ...]:
        """A message for each pattern that names no file."""
        return tuple(
            f"{self.patterns_place}: no file matches the schema_paths pattern `{pattern}`"
            for pattern in self.schema_patterns
            if not matching(self.base, pattern)
        )

    def folders(self) -> tuple[Path, ...]:
        """The folders that schema files and migrations are in."""
        migrations = unless_unset(lambda: self.migrations_dir)
        folders = (migrations, *(unless_unset(self._schema_folders) or ()))
        return tuple(dict.fromkeys(folder for folder in folders if folder is not None))

    def beside(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """The schema files that would be loaded beside those at `paths`, none where the project loads none of these."""
        new = {real_path(path) for path in paths}
        if not any(self.declares_path(path) for path in new):
            return ()
        return tuple(path for path in self._files() if real_path(path) not in new)

    def _schema_folders(self) -> tuple[Path, ...]:
        return (*(() if self.schema_patterns else (self.schemas_dir,)), *(path.parent for path in self._files()))

    def _files(self) -> tuple[Path, ...]:
        """The schema files that are there."""
        if self.schema_patterns:
            found = (path for pattern in self.schema_patterns for path in matching(self.base, pattern))
            return tuple(dict.fromkeys(found))
        return in_order(self.schemas_dir, sql_files(self.schemas_dir)) if self.schemas_dir.is_dir() else ()

    def declares_path(self, path: Path) -> bool:
        """True if a file of this path, there or not, is or would be a schema file."""
        patterns = self.schema_patterns or (str(self.schemas_dir),)
        base = real_path(self.base)
        return any(covers(Path(os.path.normpath(base / each)).parts, path.parts) for each in patterns)

    def migration_files(self) -> Migrations:
        """The migrations, none where the project has no such folder yet."""
        found = find_migrations(self.migrations_dir, as_supabase=self.has_supabase_migrations)
        within(self.root, (self.migrations_dir, *(migration.path for migration in found.files)))
        return found

    @property
    def has_supabase_migrations(self) -> bool:
        """True if the Supabase CLI runs the migrations."""
        return self.supabase_dir is not None and self.migrations_dir == self.supabase_dir / "migrations"


def _major(table: Table) -> int | None:
    major = table.integer("major_version")
    if major is not None and major < _OLDEST:
        raise table.error("major_version", f"is {major}; pgnorm works with Postgres {_OLDEST} and later")
    return major
