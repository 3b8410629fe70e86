"""What the Supabase CLI's dump leaves out."""

import pytest

from pgnorm.catalog.kinds.event_triggers import EventTrigger
from pgnorm.catalog.model import Entry
from pgnorm.normalizer.platforms.dump_style import SupabaseStyle

TRIGGER = (
    'CREATE EVENT TRIGGER "e" ON "sql_drop"\n   EXECUTE FUNCTION "public"."f"();\n\nALTER EVENT TRIGGER "e" DISABLE;\n'
)


@pytest.mark.parametrize(
    ("sql", "owned"),
    [
        (TRIGGER, False),
        ("CREATE PUBLICATION \"supabase_realtime\" WITH (publish = 'insert');\n", True),
        ("CREATE PUBLICATION \"supabase_realtime_messages_publication\" WITH (publish = 'insert');\n", False),
    ],
)
def test_what_the_platform_sees_to(sql: str, owned: bool) -> None:
    item = EventTrigger(
        schema="", name="e", event="sql_drop", tags=(), function_schema="public", function="f", state="D"
    )
    entry = Entry(desc="", tag="e", sql=sql, owned=True)
    bare = SupabaseStyle().edit(item, entry)
    commented = SupabaseStyle(comments=True).edit(item, entry)
    assert bare is not None
    assert commented is not None
    assert (bare.text, bare.owned, commented.owned) == ("", owned, owned)
    assert all(not line or line.startswith("-- ") for line in commented.text.split("\n"))
    assert commented.text.replace("-- ", "") == sql
