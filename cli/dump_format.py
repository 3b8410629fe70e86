"""The form of a dump, as the options of `pgnorm dump` say it."""

from typing import TYPE_CHECKING, Final, NamedTuple

from .app import App

if TYPE_CHECKING:
    from pgnorm.normalizer.dump.styles import Style

SUPABASE: Final = "supabase"
PG_DUMP: Final = "pg_dump"


class Format(NamedTuple):
    """Format of a dump as the command line gives it."""

    name: str | None
    keep_comments: bool
    restrict: bool | None
    restrict_key: str | None

    def style(self, app: App, *, split: bool = False) -> "Style":
        """The style of what is printed, of one file or, with `split`, of several.

        Raises PgnormError for a key that psql does not take.
        """
        from pgnorm.normalizer.dump.styles import PgDumpStyle

        name = self.name or (SUPABASE if app.project and app.project.supabase_dir else PG_DUMP)
        # Schema files and what the platform's own tools print are read by more than psql.
        key = self.key(usual=name == PG_DUMP and not split)
        if name == PG_DUMP:
            return PgDumpStyle(restrict_key=key)
        from pgnorm.normalizer.platforms.dump_style import SupabaseStyle

        return SupabaseStyle(comments=self.keep_comments, restrict_key=key)

    def key(self, *, usual: bool) -> str | None:
        """The key of `\\restrict`, None where that is not wanted; `usual` says whether it is where nothing was said.

        Raises PgnormError for a key that psql does not take.
        """
        from pgnorm.normalizer.dump.restricting import checked_key, new_key

        if self.restrict_key is not None:
            return checked_key(self.restrict_key)
        return new_key() if self.restrict or (usual and self.restrict is None) else None
