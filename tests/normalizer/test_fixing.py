"""Definitions made canonical: their texts by fixtures, their meaning by the server."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from plain_projects import project_of

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.files.edits import encoded
from pgnorm.normalizer.files.reading import SourceFile, decode_file
from pgnorm.normalizer.load.context import Context, Texts
from pgnorm.normalizer.load.session import loaded
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.project import Project
from pgnorm.normalizer.rewrite.fixing import Report, fix
from pgnorm.normalizer.rewrite.inputs import Chosen
from pgnorm.normalizer.sql.statements import Statement

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(path.parent for path in (FIXTURES / "functions").glob("*/before.sql"))


@pytest.fixture
def context(shadow: Shadow, tmp_path: Path) -> Context:
    """A plain project for Postgres 15, on either server."""
    project = project_of(tmp_path, 15)
    return on(shadow, project)


def on(shadow: Shadow, project: Project) -> Context:
    return Context(shadow=shadow, major=project.major or shadow.major, tell=lambda _level, _message: None)


def unwatched(_session: Session) -> Callable[[SourceFile, Statement], None]:
    return lambda _source, _statement: None


def catalog(context: Context, *files: SourceFile) -> Catalog:
    with loaded(context, Texts(files=files, kind="declared"), watch=unwatched) as found:
        return read(found.session.connection)


def text(sql: str, label: str = "a.sql") -> SourceFile:
    return SourceFile(path=None, label=label, text=sql)


def fixed(context: Context, *files: SourceFile, stored: Catalog | None = None, take_comments: bool = False) -> Report:
    chosen = Chosen(files=files, kind="declared", rewritten=frozenset(file.label for file in files))
    return fix(context, chosen, stored=stored, take_comments=take_comments)


def said(report: Report) -> list[str]:
    return [f"{message.place}: {message.text}" for message in report.messages]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fixture_becomes_canonical_and_means_what_it_meant(context: Context, case: Path) -> None:
    before = decode_file((case / "before.sql").read_bytes(), path=None, label="a.sql")
    after = decode_file((case / "after.sql").read_bytes(), path=None, label="a.sql")
    (rewrite,) = fixed(context, before).rewrites
    assert encoded(before, rewrite.text) == (case / "after.sql").read_bytes()
    assert catalog(context, before).objects == catalog(context, after).objects
    assert fixed(context, after).rewritten == 0


def test_what_would_mean_another_function_in_canonical_text_is_left(context: Context) -> None:
    namesake = "create function public.array_length(int[], int) returns int language sql immutable as 'select 42';\n"
    own = (
        "create function public.own(a int[], n int default pg_catalog.array_length('{1}'::int[], 1)) returns int"
        " language sql begin atomic select pg_catalog.array_length(a, 1); end;\n"
    )
    ours = "create function public.ours(a int[]) returns int language sql return array_length(a, 1);\n"
    report = fixed(context, text(namesake + ours + own))
    (rewrite,) = report.rewrites
    assert (report.rewritten, report.left) == (2, 1)
    assert rewrite.text.endswith(own)
    assert said(report) == [
        "a.sql:3:1: public.own(integer[], integer) is left as it is: without a schema, a name of Postgres' own in it"
        " would mean another function or operator"
    ]
    # What takes Postgres' own under that name is innocent.
    innocent = "create function public.other(a text[]) returns int language sql return array_length(a, 1);\n"
    report = fixed(context, text(namesake + innocent + own))
    assert (report.rewritten, report.left) == (2, 1)
    assert [line.partition(" is left")[0] for line in said(report)] == ["a.sql:3:1: public.own(integer[], integer)"]
    # Where no schema is searched, canonical text means the same.
    report = fixed(context, text(f"{namesake}set search_path = '';\n{own}"))
    assert (report.rewritten, report.left) == (2, 0)


def test_what_postgres_deparses_otherwise_the_second_time_is_written_as_it_stands_still(context: Context) -> None:
    before = text(
        "create function told(kind varchar) returns bool begin atomic; select kind in ('call', 'mail'); end;\n"
        "create function usual(a bool default 'call'::varchar in ('call', 'mail')) returns bool language sql return a;"
    )
    (rewrite,) = fixed(context, before).rewrites
    after = text(rewrite.text)
    assert catalog(context, before).edges == catalog(context, after).edges
    assert "('call'::character varying)::\"text\"" in after.text
    assert fixed(context, after).rewritten == 0


HEADER = re.compile(
    r'CREATE OR REPLACE FUNCTION (?P<head>.*?)\n    LANGUAGE "plpgsql"(?P<flags>[^\n]*)(?P<sets>(?:\n    SET [^\n]*)*)'
    r"\n    AS (?P<tag>\$[a-zA-Z_]*\$)(?P<body>.*?)(?P=tag);",
    re.DOTALL,
)


def spoiled(match: re.Match[str]) -> str:
    """The definition in the words of somebody who never saw pg_dump's."""
    head = match["head"].replace('"', "").lower().replace("character varying", "varchar").replace("integer", "int")
    head = head.replace("public.", "")
    sets = match["sets"].replace('"', "").replace(" TO ", "=").lower()
    return (
        f"create function {head} as $spoiled${match['body']}$spoiled${match['flags'].lower()}{sets}\nlanguage plpgsql;"
    )


def test_spoiled_headers_of_a_whole_project_are_restored_byte_for_byte(supabase_shadow: Shadow) -> None:
    if supabase_shadow.major < 15:
        pytest.skip("the project's views have security_invoker, which 15 brought")
    project = find(FIXTURES / "crm", FIXTURES / "crm")
    assert project is not None
    context = on(supabase_shadow, project)
    files = tuple(decode_file(path.read_bytes(), path=None, label=path.name) for path in project.declared_files())
    with_functions = {file.label for file in files if "CREATE OR REPLACE FUNCTION" in file.text}
    comment = "\n-- kept /* as it is */\n"
    worse = tuple(text(comment + HEADER.sub(spoiled, file.text) + comment, file.label) for file in files)
    chosen = Chosen(files=worse, kind="declared", rewritten=frozenset(with_functions))
    report = fix(context, chosen)
    assert report.rewritten > 10
    assert report.left == 0
    canonical = {rewrite.source.label: rewrite.text for rewrite in fixed(context, *files).rewrites}
    for rewrite in report.rewrites:
        assert rewrite.text == comment + canonical[rewrite.source.label] + comment


def test_what_the_stored_form_drops_is_named(context: Context) -> None:
    before = (FIXTURES / "functions" / "not_stored" / "before.sql").read_text()
    report = fixed(context, text(before))
    lost = [message.text.partition(": ")[2] for message in report.messages if "stored without" in message.text]
    assert lost == [
        "varchar(10), numeric(5, 2), character varying (3), timestamp(3), int[3], char(2), interval day, "
        "person.name%type, numeric(4)",
        "public.person.id%type",
        "set datestyle from current",
    ]
    assert "names one schema" in report.messages[-1].text


def test_a_comment_in_a_parsed_body_keeps_the_text_as_it_is(context: Context) -> None:
    sql = "create function f() returns int language sql begin atomic\n  select 1; -- one\nend;\n"
    report = fixed(context, text(sql))
    assert (report.rewritten, report.unchanged, report.left) == (0, 0, 1)
    assert said(report) == [
        "a.sql:1:1: public.f() is left as it is: its body is stored without the comment at a.sql:2:13"
    ]


def test_a_setting_that_no_clause_can_say_is_refused(context: Context) -> None:
    sql = (
        "select set_config('search_path', '', false);\n"
        "create function public.f() returns int language sql set search_path from current as 'select 1';"
    )
    with pytest.raises(PgnormError, match="took over an empty list") as error:
        fixed(context, text(sql))
    assert error.value.place == "a.sql:2:1"


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("select 1;\nselec 2;\ncreate function f() returns int language sql as 'select 1';", "a.sql:2:1"),
        ("create function f() returns int language plpgsql as $$\nbegin\n  retrun 1;\nend $$;", "a.sql:3:3"),
        ("create function f() returns int language sql as $$select 1", "a.sql:1:49"),
    ],
)
def test_what_does_not_load_is_refused_with_its_place(context: Context, sql: str, place: str) -> None:
    with pytest.raises(PgnormError) as error:
        fixed(context, text(sql))
    assert error.value.place == place


def test_json_is_spelled_for_the_projects_major(shadow: Shadow, tmp_path: Path) -> None:
    sql = text(
        "create function f(a json default '{\"json\": 1}') returns json[] language sql as 'select null::json[]';"
    )
    # A server older than the project never stands in for its own.
    for major, spelling in ((15, '"json"'), *([(17, "json")] if shadow.major >= 17 else [])):
        project = project_of(tmp_path, major)
        (rewrite,) = fixed(on(shadow, project), sql).rewrites
        assert rewrite.text.startswith(
            f'CREATE OR REPLACE FUNCTION "public"."f"("a" {spelling} DEFAULT \'{{"json": 1}}\'::{spelling}) '
            f"RETURNS {spelling}[]\n"
        )


BODY = "\nbegin\n  -- adds one\n  return a + 1;\nend;\n"


def definition(body: str, signature: str = "public.f(a int) returns int", language: str = "plpgsql") -> str:
    return f"create or replace function {signature} language {language} as $x${body}$x$;\n"


@pytest.mark.parametrize(
    ("stored", "word", "taken"),
    [
        (BODY, "", False),
        (BODY.replace("\n", "\r\n"), "layout", True),
        (BODY.replace("  ", "\t"), "layout", True),
        (BODY.replace("return", "RETURN"), "case", True),
        (BODY.replace("end;", "end"), "spelling", True),
        (BODY.replace("  -- adds one\n", ""), "comments", False),
        (BODY.replace("+ 1", "+ 2"), "meaning", False),
        (BODY.replace("-- adds one", "/*+ hint */"), "meaning", False),
    ],
)
def test_stored_bytes_end_phantoms_and_nothing_else(context: Context, stored: str, word: str, taken: bool) -> None:
    report = fixed(context, text(definition(BODY)), stored=catalog(context, text(definition(stored))))
    (rewrite,) = report.rewrites
    assert f"$${stored if taken else BODY}$$;" in rewrite.text
    if word:
        what = "differed" if taken else "differs"
        assert any(f"public.f(integer): its body {what} from the source's in {word}" in line for line in said(report))
    else:
        assert said(report) == []


def test_comments_are_taken_when_asked_for(context: Context) -> None:
    stored = catalog(context, text(definition("begin return a + 1; end")))
    report = fixed(context, text(definition(BODY)), stored=stored, take_comments=True)
    assert "$$begin return a + 1; end$$;" in report.rewrites[0].text


def test_only_the_body_that_counts_is_compared(context: Context) -> None:
    stored = catalog(context, text(definition(BODY.replace("  ", " "))))
    files = (text(definition("begin return 0; end"), "1.sql"), text(definition(BODY), "2.sql"))
    report = fixed(context, *files, stored=stored)
    assert "begin return 0; end" in report.rewrites[0].text
    assert BODY.replace("  ", " ") in report.rewrites[1].text
    assert len(report.messages) == 1
    inside = text(
        "do $do$ begin create or replace function public.f(a int) returns int language sql as 'select 3'; end $do$;",
        "3.sql",
    )
    report = fixed(context, text(definition(BODY)), inside, stored=stored)
    assert BODY in report.rewrites[0].text


def test_another_language_or_a_parsed_body_has_meaning(context: Context) -> None:
    stored = catalog(context, text(definition("select  1", language="sql")))
    report = fixed(context, text(definition("begin return 1; end")), stored=stored)
    assert "in meaning" in said(report)[0]
    parsed = text("create function public.f(a int) returns int language sql return 1;")
    assert "in meaning" in said(fixed(context, parsed, stored=stored))[0]
    assert said(fixed(context, parsed, stored=catalog(context, parsed))) == []


def test_what_needs_a_database_of_its_own_is_rewritten_too(context: Context) -> None:
    sql = (
        "create type mood as enum ('a');\nalter type mood add value 'b';\n"
        "create function f(m mood default 'b') returns int language sql as 'select 1';\n"
    )
    (rewrite,) = fixed(context, text(sql)).rewrites
    assert '("m" "public"."mood" DEFAULT \'b\'::"public"."mood")' in rewrite.text
