"""`pgnorm diff` on lines of other code that name what it drops or renames."""

import json
import re
from pathlib import Path

import pytest
from conftest import Run
from pages import parsed, rows, said, section

OLD = """create table public.contacts (id int primary key, status text, title text);
create view public.seen as select status from public.contacts;
create function public.count_all() returns bigint language sql return 1;
"""
NEW = "create table public.contacts (id int primary key, stage text /* pgnorm: renamed from status */);\n"
FILES = {
    "src/contacts/hook.ts": 'type Contact = {\n  status: string;\n  new_status: string;\n};\nfrom("contacts")\n',
    "src/contacts/contacts_export.csv": "id,status,title\n1,status,x\n",
    "src/deals.ts": "const status = 1;\n",
    "src/contacts/OLD.CSV": "id\nstatus\n",
    "src/rpc.js": "rpc('count_all')\nfrom('seen')\n",
    "node_modules/lib/index.js": "contacts.status\n",
    ".hidden/a.ts": "contacts.status\n",
    "notes.txt": "contacts.status\n",
}


def _project(plain: Path) -> None:
    (plain / "lock.ts").symlink_to("nowhere.ts")
    for name, text in FILES.items():
        path = plain / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").write_text(NEW)


def test_lines_are_named(run: Run, plain: Path) -> None:
    _project(plain)
    code, out, err = run("diff --json")
    assert code == 0, err
    found = [(each["what"], each["place"]) for each in json.loads(out)["consumers"]]
    assert sorted(found) == [
        ("column public.contacts.status", "src/contacts/contacts_export.csv:1"),
        ("column public.contacts.status", "src/contacts/hook.ts:2"),
        ("column public.contacts.title", "src/contacts/contacts_export.csv:1"),
        ("function public.count_all()", "src/rpc.js:1"),
        ("view public.seen", "src/rpc.js:2"),
    ]
    assert "These lines of the project may name what is dropped or renamed:\n" in err
    assert "  view public.seen: src/rpc.js:2\n" in err
    _, out, _ = run("diff --safe-only --json")
    assert {each["what"] for each in json.loads(out)["consumers"]} == {"column public.contacts.status"}


def test_names_as_strings_and_sql_have_them_and_no_link_out_of_the_repository(
    run: Run, plain: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "other.ts"
    outside.write_text("seen\n")
    _project(plain)
    (plain / "src" / "link.ts").symlink_to(outside)
    (plain / "src" / "Query.MTS").write_text('"select *\\nfrom\\tseen"\n"SELECT * FROM SEEN"\nunseen\nSeen\n')
    code, out, err = run("diff --json")
    assert code == 0, err
    found = [each["place"] for each in json.loads(out)["consumers"] if each["what"] == "view public.seen"]
    assert sorted(found) == ["src/Query.MTS:1", "src/Query.MTS:2", "src/rpc.js:2"]


def test_lines_are_a_hazard_unless_a_hint_beside_the_object_allows_it(run: Run, plain: Path) -> None:
    _project(plain)
    code, _, err = run("diff --fail-on breaks-callers -f more")
    assert code == 1
    failing = err.partition("--fail-on breaks-callers: the plan has this hazard\n")[2]
    assert (
        "  src/contacts/contacts_export.csv:1, src/contacts/hook.ts:2 may name column public.contacts.status\n"
        in failing
    )
    assert "  src/rpc.js:1 may name function public.count_all()\n" in failing
    assert [each.name for each in (plain / "migrations").iterdir()] == ["1_a.sql"]

    schema = plain / "schemas" / "01_tables.sql"
    column = "  -- pgnorm: allow breaks-callers\n  -- pgnorm: renamed from status\n  stage text"
    kept = f"create table public.contacts (id int primary key,\n{column});\n{OLD.partition(chr(10))[2]}"
    kept = kept.replace("select status", "select stage as status")
    schema.write_text(kept)
    code, _, err = run("diff --fail-on breaks-callers")
    failing = err.partition("--fail-on breaks-callers: the plan has this hazard\n")[2]
    assert (code, [line for line in failing.splitlines() if line.startswith("  ")]) == (
        1,
        ["  src/contacts/contacts_export.csv:1 may name column public.contacts.title"],
    )
    assert (
        "column public.contacts.status: src/contacts/contacts_export.csv:1, src/contacts/hook.ts:2 (allowed)\n" in err
    )

    schema.write_text(f"-- pgnorm: allow breaks-callers\n{kept}")
    code, out, err = run("diff --fail-on breaks-callers --json")
    assert code == 0, err
    said = json.loads(out)
    assert "breaks-callers" in said["hazards"]
    assert "breaks-callers" in said["allowed"]


def test_a_hint_names_what_goes_altogether(run: Run, plain: Path) -> None:
    tables = (
        "create table app.notes (id int);\ncreate table kept (id int, body text);\ncreate function bye() returns int"
    )
    (plain / "migrations" / "1_a.sql").write_text(f"create schema app;\n{tables} return 1;\n")
    (plain / "main.ts").write_text("// notes about this file: app, kept, body, bye\n")
    schema = plain / "schemas" / "01_tables.sql"
    schema.write_text("create table kept (id int);\n")
    fail = "diff --fail-on breaks-callers,loses-data"
    code, _, err = run(fail)
    failing = err.partition("--fail-on breaks-callers: the plan has this hazard\n")[2].splitlines()
    assert (code, failing) == (
        1,
        [
            "  main.ts:1 may name function public.bye()",
            "  main.ts:1 may name table app.notes",
            "  main.ts:1 may name column public.kept.body",
            "--fail-on loses-data: the plan has this hazard",
            "  drop column public.kept.body",
            "  drop table app.notes",
            "  drop schema app",
        ],
    )
    named = ("loses-data, breaks-callers on app.notes", "breaks-callers on bye", "loses-data on app")
    hints = "".join(f"-- pgnorm: allow {each}\n" for each in named)
    schema.write_text(f"{schema.read_text()}{hints}")
    code, _, err = run(fail)
    assert code == 1
    assert "may name table app.notes" not in err
    assert "may name function" not in err
    assert "table app.notes (allowed)\n" in err
    last = "-- pgnorm: allow loses-data, breaks-callers on public.kept.body\n"
    schema.write_text(f"{schema.read_text()}{last}-- pgnorm: allow loses-data on public.gone\n")
    code, _, err = run(f"-v {fail} -f drops")
    assert code == 0, err
    assert "01_tables.sql:6:1: the hint is about public.gone, which neither side has by that name\n" in err
    assert err.count("the hint is about") == 1
    code, _, err = run(f"-v {fail}")
    assert code == 0, err
    assert err.count("the hint is about") == 5


def test_the_settings_say_which_files(run: Run, plain: Path) -> None:
    _project(plain)
    (plain / "pgnorm.toml").write_text('consumers = ["*.txt", "src/contacts", "nothing/**"]\n')
    _, out, err = run("diff --json")
    places = {each["place"] for each in json.loads(out)["consumers"]}
    assert places == {"notes.txt:1", "src/contacts/contacts_export.csv:1", "src/contacts/hook.ts:2"}
    assert "pgnorm.toml:1:1: no file matches `nothing/**`\n" in err


def test_a_file_outside_of_the_repository(run: Run, plain: Path) -> None:
    _project(plain)
    (plain / "src" / "memory.ts").symlink_to("/proc/self/mem")
    code, out, err = run("diff --json")
    assert code == 0, err
    assert json.loads(out)["consumers"]
    assert "src/memory.ts: not looked into: it leads out of " in err


def test_no_more_than_a_line_for_each_and_none_among_the_hazards_of_a_review(run: Run, plain: Path) -> None:
    _project(plain)
    for number in range(9):
        (plain / "src" / f"more{number}.ts").write_text("contacts.status\n\ncontacts.status\n")
    _, _, err = run("diff --html page.html")
    first = "src/contacts/contacts_export.csv:1, src/contacts/hook.ts:2, src/more0.ts:1,3, src/more1.ts:1,3"
    assert f"  column public.contacts.status: {first}, src/more2.ts:1,3 and 6 more files\n" in err
    _, comment, err = run("-v diff --format markdown")
    assert ", src/more8.ts:1,3\n" in err

    page = parsed(plain / "page.html")
    assert [said(step) for step, *_ in rows(section(page, "hazards"))] == ["drop column public.contacts.title"]
    assert "src/" not in said(section(page, "hazards"))
    (folded,) = section(page, "code").iter("details")
    assert folded.get("open") is None
    assert "".join(folded[0].itertext()) == "23 lines of 12 files breaks-callers"
    names = {said(file): [said(each) for each in what.iter("li")] for file, what in rows(folded)}
    assert names["src/more8.ts"] == ["column public.contacts.status, lines 1, 3"]
    assert names["src/rpc.js"] == ["function public.count_all(), line 1", "view public.seen, line 2"]

    head, _, rest = comment.partition("<details><summary>Code that may name what is dropped or renamed (12)</summary>")
    assert "src/" not in head
    folded_in_comment = rest.partition("</details>")[0]
    assert "\n- `src/more8.ts: column public.contacts.status, lines 1, 3`\n" in folded_in_comment


def test_forty_columns_in_fifty_files_leave_room(run: Run, plain: Path) -> None:
    names = [f"a_rather_long_name_of_a_column_{number}" for number in range(40)]
    columns = "".join(f", {name} text" for name in names)
    (plain / "migrations" / "1_a.sql").write_text(f"create table public.contacts (id int primary key{columns});\n")
    (plain / "schemas" / "01_tables.sql").write_text("create table public.contacts (id int primary key);\n")
    for number in range(50):
        lines = (f"contacts.{name}\n" for name in names for _ in range(3))
        (plain / f"file{number:02}.ts").write_text("".join(lines))
    code, comment, err = run("diff --fail-on breaks-callers --format markdown")
    assert code == 1
    failing = err.partition("--fail-on breaks-callers: the plan has this hazard\n")[2].splitlines()
    first = ", ".join(f"file0{number}.ts:1,2,3" for number in range(5))
    assert failing[0] == f"  {first} and 45 more files may name column public.contacts.{names[0]}"
    assert len(failing) == 40
    assert len(comment) <= 65_536
    naming = comment.partition("Code that may name what is dropped or renamed (50)</summary>")[2]
    line = naming.lstrip().partition("\n")[0]
    assert line.startswith(f"- `file00.ts: column public.contacts.{names[0]}, lines 1, 2, 3; column public.")
    assert line.endswith(f"column public.contacts.{names[4]}, lines 13, 14, 15 and 35 more`")
    assert re.search(r"\n- and \d+ more\n\n</details>", naming)
    assert f'DROP COLUMN "{names[39]}"' in comment.partition("```sql\n")[2]


def test_what_is_added_names_nothing(run: Run, plain: Path) -> None:
    _project(plain)
    (plain / "schemas" / "01_tables.sql").write_text(OLD.replace("title text", "title text, stage text"))
    code, out, _ = run("diff --json")
    assert code == 0
    assert json.loads(out)["consumers"] == []
    (plain / "pgnorm.toml").unlink()
    code, out, err = run("diff --from migrations/1_a.sql --to schemas/01_tables.sql --fail-on breaks-callers --json")
    assert code == 0, err
    assert json.loads(out)["consumers"] is None
    assert "--fail-on breaks-callers: outside of a project no code but bodies in the database is looked at\n" in err
