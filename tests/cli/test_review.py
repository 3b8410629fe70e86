"""Pages and comments say what the document of a diff says, whatever is in names, and however much there is."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from conftest import FIXTURES, Refused
from pages import parsed, rows, said, section, with_class

Run = Callable[[str], tuple[int, str, str]]
DIFF = "diff --from old.sql --to new.sql"
HOSTILE = (
    "</script><script>alert(1)</script>",
    'a"b',
    "back`tick ``two``",
    "pi|pe",
    "new\nline",
    "rtl\u202egnirts",
    "@octocat #1",
    "<img src=x onerror=alert(1)>",
    "ctl\x01\x1b[31m",
    "שלום",
    "]]>--><!--",
    "```",
    "~~~",
    "</details>",
    "${x}",
)


@pytest.fixture
def both(folder: Path) -> Path:
    """The working directory with both sides of a small shop."""
    for side in ("old", "new"):
        (folder / f"{side}.sql").write_text((FIXTURES / "review" / f"{side}.sql").read_text())
    return folder


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _hostile(folder: Path) -> None:
    """Both sides of a schema that has its names from somebody who means us harm."""
    old, new = [], []
    for name in HOSTILE:
        table = f"public.{_quoted(f't {name}')}"
        old.append(f"create table {table} ({_quoted(name)} int);")
        new.append(f"create table {table} ({_quoted(name)} bigint not null primary key, {_quoted(f'k {name}')} text);")
        new.append(f"comment on table {table} is $c${name} ``` </details> <!-- $c$;")
        new.append(f"create policy {_quoted(name)} on {table} using (true);")
        key = f"foreign key ({_quoted(name)}) references {table}"
        new.append(f"alter table {table} add constraint {_quoted(f'f {name}')} {key};")
        body = f"begin return $t$ {name}\n```\n````\n</pre></code>$t$; end"
        new.append(f"create function public.{_quoted(name)}() returns text language plpgsql as $body$ {body} $body$;")
    (folder / "old.sql").write_text("\n".join(old))
    (folder / "new.sql").write_text("\n".join(new))


def _texts(cell: Element) -> list[str]:
    return [said(each) for each in cell.iter("li")]


def test_a_page_says_what_the_document_says(run: Run, both: Path) -> None:
    code, out, err = run(f"{DIFF} --json --html page.html")
    assert code == 0
    assert err.endswith("Wrote page.html\n")
    document = json.loads(out)
    page = parsed(both / "page.html")
    dangerous = [change for change in document["changes"] if change["hazards"]]
    assert [
        (said(step), [said(each) for each in with_class(words, "badge")], _texts(why))
        for step, words, why, _ in rows(section(page, "hazards"))
    ] == [(change["said"], change["hazards"], change["reasons"]) for change in dangerous]
    facts = [said(each) for each in with_class(page, "fact")]
    (counts,) = re.findall(r"^(\d+) to add, (\d+) to change, (\d+) to drop:$", err, re.MULTILINE)
    assert facts[:3] == [f"{count} to {word}" for count, word in zip(counts, ("add", "change", "drop"), strict=True)]
    assert f"{len(dangerous)} with hazards" in facts
    for each in document["differences"]:
        assert each["name"] in said(section(page, "objects"))
    assert "function public.fmt(text): layout" in said(section(page, "left-out"))


def test_the_plan_on_a_page_is_the_plan(run: Run, both: Path) -> None:
    _, out, _ = run(f"{DIFF} --no-header --html page.html")
    plan = section(parsed(both / "page.html"), "plan")
    shown = "\n".join(said(each) for each in plan.iter("pre"))
    without = [line for line in out.splitlines() if line and not line.startswith("-- Commit here")]
    assert [line for line in shown.splitlines() if line] == without
    assert [said(each) for each in plan.iter("h3")] == ["Transaction 1 of 2", "Transaction 2 of 2"]
    assert len([*plan.iter("ol")]) == 2


def test_the_texts_are_those_of_a_dump(run: Run, both: Path) -> None:
    assert run(f"{DIFF} --html page.html")[0] == 0
    dumps = [run(f"dump --from {side}.sql")[1].splitlines() for side in ("old", "new")]
    table = next(
        each for each in with_class(parsed(both / "page.html"), "text") if "table public.contacts" in said(each)
    )
    for word, dump in zip(("before", "after"), dumps, strict=True):
        lines = [said(cell) for cell in with_class(table, word) if said(cell)]
        assert len(lines) > 20
        assert [line for line in lines if line not in dump] == []
    assert "".join(map(said, table.iter("ins"))).count(" NOT NULL") == 1
    assert "integer" in [said(each) for each in table.iter("del")]


def test_who_may_do_what_comes_early(run: Run, crm: Path) -> None:
    _, out, _ = run("diff --json --html page.html")
    page = parsed(crm / "page.html")
    assert [each.get("id") for each in page.iter("section")][:3] == ["summary", "hazards", "access"]
    found = [f"{said(role)}: {said(what)}: {said(change)}" for role, what, change in rows(section(page, "access"))]
    assert found == [each["said"] for each in json.loads(out)["access"]] != []


def test_what_is_on_a_table_of_the_platform(run: Run, crm: Path) -> None:
    code, _, err = run("diff --from migrations@20250218141530 --to files --html page.html")
    assert code == 0, err
    assert "trigger auth.users.on_auth_user_updated" in said(section(parsed(crm / "page.html"), "objects"))


def test_the_same_sources_give_the_same_page(run: Run, both: Path) -> None:
    for name in ("one", "two"):
        assert run(f"{DIFF} --html {name}.html")[0] == run(f"{DIFF} --format markdown -o {name}.md")[0] == 0
    for ending in ("html", "md"):
        assert (both / f"one.{ending}").read_bytes() == (both / f"two.{ending}").read_bytes()


def test_nothing_to_say(run: Run, folder: Path) -> None:
    for side in ("old", "new"):
        (folder / f"{side}.sql").write_text(f"create table t (a int); -- {side}\n")
    assert run(f"{DIFF} --html page.html")[:2] == (0, "")
    page = parsed(folder / "page.html")
    assert "No schema changes found." in said(section(page, "summary"))
    assert [each.get("id") for each in page.iter("section")] == ["summary"]
    _, out, _ = run(f"{DIFF} --format markdown")
    assert out == "### Schema review: `old.sql` → `new.sql`\n\n**No schema changes found**\n"


def test_names_are_no_markup(run: Run, folder: Path) -> None:
    _hostile(folder)
    assert run(f"{DIFF} --html page.html")[0] == 0
    page = parsed(folder / "page.html")
    assert len([*page.iter("script")]) == 1
    assert [*page.iter("img")] == []
    assert {name for each in page.iter() for name in each.attrib if name.startswith("on") or name == "style"} == set()
    shown = said(section(page, "objects"))
    for name in HOSTILE:
        seen = name.replace("\n", "↵").replace("\u202e", "U+202E").replace("\x01", "U+0001").replace("\x1b", "U+001B")
        assert seen in shown
    policy = next(each.get("content", "") for each in page.iter("meta") if each.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_names_are_no_markup_in_a_comment(run: Run, folder: Path) -> None:
    _hostile(folder)
    _, out, _ = run(f"{DIFF} --format markdown")
    fence = re.search(r"\n(`{3,})sql\n(.*)\n\1\n", out, re.DOTALL)
    assert fence
    assert f"\n{fence[1]}" not in f"\n{fence[2]}"
    rest = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", out.replace(fence[0], ""))
    for word in ("alert", "octocat", "img", "gnirts", "pi|pe", "שלום", "-->"):
        assert word not in rest
    assert rest.count("<details>") == rest.count("</details>") == 2
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", out)


def test_a_comment_fits_where_it_goes(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("")
    made = "".join(f"create table t{number} (a text default '{'😀' * 40}');\n" for number in range(700))
    (folder / "new.sql").write_text(made)
    code, out, _ = run(f"{DIFF} --format markdown --no-proof")
    assert code == 0
    assert 60_000 < len(out.encode("utf-16-le")) // 2 <= 65_536
    assert "\n- and 650 more\n" in out
    assert re.search(r"\n\d+ more lines of the plan not shown: `pgnorm diff` prints all", out)


def test_what_has_no_room_on_a_page_is_counted(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pgnorm.normalizer.review import diagram, objects, page, page_objects

    for module, name, limit in (
        (page, "OBJECTS", 3),
        (objects, "OBJECTS", 3),
        (page_objects, "OBJECTS", 3),
        (page_objects, "NAMES", 2),
        (page, "STATEMENTS", 4),
        (page, "ROWS", 5),
        (diagram, "TABLES", 2),
    ):
        monkeypatch.setattr(module, name, limit)
    (folder / "old.sql").write_text("".join(f"create table t{number} (a int);\n" for number in range(9)))
    (folder / "new.sql").write_text("".join(f"create table t{number} (a smallint);\n" for number in range(9)))
    assert run(f"{DIFF} --html page.html")[0] == 0
    tree = parsed(folder / "page.html")
    notices = [said(each) for each in with_class(tree, "notice")]
    assert notices == [
        "4 changes more not shown here. pgnorm diff --json prints all of it.",
        "4 steps more not shown here. pgnorm diff --json prints all of it.",
        "7 tables more not shown here. They are among the objects below.",
        "6 more objects, without texts: pgnorm dump prints those of either side.",
        "4 objects more not shown here. pgnorm diff --json prints all of it.",
        "5 statements more not shown here. pgnorm diff -o FILE writes all of them.",
    ]
    assert len(with_class(tree, "object")) == 3


def test_secrets_are_masked(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create foreign data wrapper w; create server s foreign data wrapper w;")
    mapping = "create user mapping for public server s options (user 'u', password 'hunter2');"
    (folder / "new.sql").write_text((folder / "old.sql").read_text() + mapping)
    code, out, _ = run(f"{DIFF} --html page.html --trust-files")
    assert (code, "hunter2" in out) == (0, True)
    _, comment, _ = run(f"{DIFF} --format markdown --trust-files")
    for text in (comment, (folder / "page.html").read_text()):
        assert "hunter2" not in text
        assert "********" in text


def test_who_becomes_a_member_is_a_hazard(run: Run, folder: Path) -> None:
    roles = "create role reviewed_a; create role reviewed_b;"
    (folder / "old.sql").write_text(roles)
    (folder / "new.sql").write_text(f"{roles} grant reviewed_a to reviewed_b; alter role reviewed_a bypassrls;")
    code, out, err = run(f"{DIFF} --format markdown --html page.html --trust-files")
    assert code == 0, err
    for text in (out, said(section(parsed(folder / "page.html"), "hazards"))):
        assert "grant role reviewed_a, member reviewed_b" in text
        assert "alter role reviewed_a" in text


def test_pages_that_can_not_be_written(refused: Refused, both: Path) -> None:
    before = sorted(both.iterdir())
    refused(f"{DIFF} --html no/page.html", "no: the folder doesn't exist")
    refused(f"{DIFF} --html -", "needs the name of a file")
    refused(f"{DIFF} --html same.html -o ./same.html", "--html and -o name the same file")
    refused(f"{DIFF} --html old.sql", "the file is compared itself")
    refused(f"{DIFF} --json --format markdown", "--json and --format name two forms")
    assert sorted(both.iterdir()) == before


def test_a_page_of_a_migration_names_it(run: Run, plain: Path) -> None:
    assert run("diff -f first --html page.html")[0] == 0
    (migration,) = (plain / "migrations").iterdir()
    assert migration.name in said(section(parsed(plain / "page.html"), "summary"))


def test_the_page_of_access_has_all_of_it(run: Run, crm: Path) -> None:
    _, out, err = run("access --format markdown --html page.html")
    page = parsed(crm / "page.html")
    cells = [[said(cell) for cell in row] for row in rows(section(page, "permissions"))]
    table = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in out.splitlines()[2:]]
    assert cells == [[cell.replace("\\|", "|").strip() for cell in row] for row in table]
    for line in err.partition("intended:\n")[2].splitlines():
        assert line.strip() in said(section(page, "check")) or line.startswith("Wrote")


def test_the_page_of_findings_has_all_of_them(run: Run, crm: Path) -> None:
    code, out, _ = run("check --output-format json --html page.html")
    assert code == 1
    page = parsed(crm / "page.html")
    found = [
        (said(rule), said(message), said(cure)) for one in page.iter("section") for _, rule, message, cure in rows(one)
    ]
    assert sorted(found) == sorted(
        (f"{each['rule']} ({each['level']})", each["message"], each["cure"]) for each in json.loads(out)["findings"]
    )


RENAMED = "create table {} (id int primary key, {} text); create table b (a int references {});"


def test_the_old_side_has_its_own_names(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(RENAMED.format("notes", "body", "notes"))
    (folder / "new.sql").write_text(RENAMED.format("remarks", "words", "remarks"))
    code, _, err = run(f"{DIFF} --rename public.notes=remarks --rename public.notes.body=words --html page.html")
    assert code == 0, err
    page = parsed(folder / "page.html")
    (shown,) = [each for each in with_class(section(page, "objects"), "object") if "remarks" in said(each)[:40]]
    before = " ".join(said(each) for each in with_class(shown, "before"))
    after = " ".join(said(each) for each in with_class(shown, "after"))
    for text, own, other in (
        (before, ("notes", "body"), ("remarks", "words")),
        (after, ("remarks", "words"), ("notes", "body")),
    ):
        assert all(f'"{name}"' in text for name in own)
        assert not any(name in text for name in other)
    drawn = section(page, "diagram")
    first, second = [said(each) for each in drawn.iter("figure")]
    assert "public.notes" in first
    assert "body" in first
    assert "remarks" not in first
    assert "public.remarks" in second
    assert "notes" not in second
    first, second = [said(each) for each in drawn.iter("details")]
    assert ("notes" in first, "remarks" in first) == (True, False)
    assert ("notes" in second, "remarks" in second) == (False, True)
