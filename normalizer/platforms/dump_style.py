"""Edits of `supabase db dump` to what pg_dump prints: the same edits, made on objects and never inside a body."""

import re
from typing import Final

from pgnorm.catalog.model import Entry, Object, Value

RUN_TWICE: Final = frozenset({"SCHEMA", "TABLE", "SEQUENCE", "VIEW", "FUNCTION", "TRIGGER"})
"""The entries whose CREATE gets IF NOT EXISTS or OR REPLACE."""
OMITTED: Final = (
    "COMMENT ON EXTENSION ",
    'CREATE POLICY "cron_job_',
    'CREATE PUBLICATION "supabase_realtime',
    "CREATE EVENT TRIGGER ",
    'ALTER TABLE "cron"',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "supabase_admin"',
    "SET transaction_timeout = 0;",
)
"""Beginnings of the statements that the platform itself sees to."""
OMITTED_WITH_OWNER: Final = ("CREATE EVENT TRIGGER ", 'CREATE PUBLICATION "supabase_realtime_')
"""Beginnings of those whose owner it leaves out as well."""
SCHEMALESS_EXTENSIONS: Final = re.compile(r'(CREATE EXTENSION IF NOT EXISTS "(?:pg_tle|pgsodium|pgmq)").+')


class SupabaseStyle(Value):
    """Output of the Supabase CLI, without the harm that its line editor does to function bodies and literals."""

    comments: bool = False
    restrict_key: str | None = None
    tail: str = "RESET ALL;\n"
    repeatable: bool = True
    """True if what is made may be there by then."""

    def edit(self, item: Object | None, entry: Entry) -> Entry | None:
        """The entry with CREATE made repeatable; None for what the platform sees to."""
        text = entry.text
        if text.startswith(OMITTED):
            if item is None and not self.comments:
                return None
            lines = text.splitlines(keepends=True) if self.comments else []
            sql = "".join(f"-- {line}" if line.strip() else line for line in lines)
            return entry.evolve(sql=sql, owned=entry.owned and not text.startswith(OMITTED_WITH_OWNER))
        sql = SCHEMALESS_EXTENSIONS.sub(r"\1;", text) if entry.desc == "EXTENSION" else text
        if (
            self.repeatable
            and item is not None
            and entry.desc in RUN_TWICE
            and sql.startswith(f'CREATE {item.keyword} "')
        ):
            sql = sql.replace(f"CREATE {item.keyword}", item.guarded, 1)
        return entry.with_text(sql)
