"""Snapshots on the command line: `dump --json`, and the file as a source of each command."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

Run = Callable[[str], tuple[int, str, str]]


def _url(connection: psycopg.Connection) -> str:
    info = connection.info
    return f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"


@pytest.mark.usefixtures("crm")
def test_a_snapshot_of_the_files_stands_for_them(run: Run) -> None:
    assert run("-q dump --json -o all.json") == (0, "", "")
    assert (
        run("-q dump --from all.json --format pg_dump --no-restrict")[1]
        == run("-q dump --format pg_dump --no-restrict")[1]
    )
    assert run("-q dump --from all.json -n auth")[1] == run("-q dump -n auth")[1]
    assert run("-q dump --from all.json --json")[1] == Path("all.json").read_text()
    for sides in ("--from all.json", "--from files --to all.json"):
        code, out, err = run(f"diff --check {sides}")
        assert (code, out) == (0, "")
        assert f"{'from' if sides.startswith('--from all') else 'to'}: snapshot all.json, Postgres " in err
    fixed = run("-q fix-functions --diff --from migrations")[1]
    assert run("-q dump --json --from migrations -o before.json")[0] == 0
    assert run("-q fix-functions --diff --from before.json")[1] == fixed
    planned = run("-q diff --from before.json")[1]
    assert 'GRANT ALL ON FUNCTION "public"."get_sale_id_by_email"' in planned
    assert planned.endswith(run("-q diff")[1])


@pytest.mark.usefixtures("folder")
def test_a_part_holds_the_objects_of_its_schemas(run: Run, database: psycopg.Connection) -> None:
    database.execute(
        "create schema a; create schema b; create table b.t (x int);"
        "create table a.t (x int default 1); create statistics a.s on (x + 1) from b.t;"
    )
    line = f"-q dump --no-restrict --db-url '{_url(database)}'"
    assert run(f"{line} -n a --json -o a.json")[0] == 0
    assert run("-q dump --no-restrict --from a.json -n a")[1] == run(f"{line} -n a")[1]
    assert '"b"."t" (' not in run("-q dump --from a.json")[1]
    assert ", of a only\n" in run("dump --from a.json")[2]


@pytest.mark.usefixtures("folder")
def test_one_of_before_pages_said_all_types_is_as_good(run: Run, database: psycopg.Connection) -> None:
    database.execute("create view public.v as select 1 as a; create type public.c as (b int)")
    database.execute("comment on column public.v.a is 'one'; comment on column public.c.b is 'two'")
    url = f"'{_url(database)}'"
    assert run(f"-q dump --json --db-url {url} -o x.json")[0] == 0
    known = json.loads(Path("x.json").read_text())
    for kind in ("view column", "attribute"):
        known["attributes"][kind].remove("type")
        assert [each.pop("type") for each in known["objects"] if each["kind"] == kind] == ["integer"]
    Path("old.json").write_text(json.dumps(known))
    for sides in (f"--from old.json --to {url}", f"--from {url} --to old.json", "--from old.json --to x.json"):
        code, out, err = run(f"diff --check {sides}")
        assert (code, out) == (0, ""), err
    assert run("-q dump --no-restrict --from old.json")[1] == run("-q dump --no-restrict --from x.json")[1]
    assert run("-q docs --from old.json pages") == (0, "", "")
    assert "<code></code>" not in "".join(each.read_text() for each in Path("pages").rglob("*.html"))


@pytest.mark.usefixtures("folder")
def test_what_is_not_modelled_is_kept(run: Run, database: psycopg.Connection) -> None:
    database.execute("create type shell")
    assert run(f"-q dump --json --db-url '{_url(database)}' -o x.json")[0] == 0
    assert run("-q dump --from x.json")[2] == run(f"-q dump --db-url '{_url(database)}'")[2]


@pytest.mark.usefixtures("folder")
def test_secrets_are_in_no_snapshot_and_no_difference(run: Run, database: psycopg.Connection) -> None:
    database.execute(
        "create foreign data wrapper w; create server s foreign data wrapper w;"
        "create user mapping for public server s options (user 'u', password 'sesame')"
    )
    url = _url(database)
    assert run(f"-q dump --json --db-url '{url}' -o x.json")[0] == 0
    assert "sesame" not in Path("x.json").read_text()
    assert run(f"-q diff --from x.json --to '{url}'")[:2] == (0, "")
    assert run(f"-q diff --from '{url}' --to x.json")[:2] == (0, "")


@pytest.mark.parametrize("option", ["--format pg_dump", "--keep-comments", "--roles"])
def test_json_has_one_form(run: Run, plain: Path, option: str) -> None:
    assert plain.is_dir()
    code, out, err = run(f"dump --json {option}")
    assert (code, [*json.loads(out)]) == (2, ["version", "pgnorm", "errors"])
    assert "--json" in err


def test_roles_are_in_no_snapshot(run: Run, plain: Path) -> None:
    assert run("-q dump --json -o x.json")[0] == 0
    assert plain.is_dir()
    code, out, err = run("dump --roles --from x.json")
    assert (code, out) == (2, "")
    assert "x.json: a snapshot holds no roles\nhint: " in err


def test_both_sides_can_not_be_one_snapshot(run: Run, plain: Path) -> None:
    assert run("-q dump --json -o x.json")[0] == 0
    code, _, err = run(f"diff --from x.json --to {plain}/x.json")
    assert (code, "both sides are the same source" in err) == (2, True)


SECRETS = (
    "create foreign data wrapper w; create server s foreign data wrapper w;"
    "create user mapping for public server s options (user 'u', password 'sesame');"
    "create subscription sub connection 'host=h password=sesame' publication p"
    " with (connect = false, slot_name = none)"
)


@pytest.mark.usefixtures("folder")
def test_a_mask_is_in_no_plan(run: Run, database: psycopg.Connection) -> None:
    database.execute(SECRETS.encode())
    url = _url(database)
    assert run(f"-q dump --json --db-url '{url}' -o x.json")[0] == 0
    text = Path("x.json").read_text()
    Path("x.json").write_text(text.replace('["user", "u"]', '["user", "v"]'))
    code, out, err = run(f"-q diff --from '{url}' --to x.json")
    assert (code, out, err) == (0, 'ALTER USER MAPPING FOR "public" SERVER "s" OPTIONS (SET "user" \'v\');\n', "")
    Path("x.json").write_text(text.replace("host=h ", "host=g "))
    code, out, err = run(f"-q diff --from '{url}' --to x.json")
    assert (code, out) == (2, "")
    assert "subscription sub: a password or key of it is needed" in err
    database.execute("drop subscription sub; drop user mapping for public server s")
    Path("x.json").write_text(text)
    code, out, err = run(f"-q diff --from '{url}' --to x.json")
    assert (code, out) == (2, "")
    assert "a password or key of it is needed" in err


OPTIONED = {
    "foreign data wrapper w": "",
    "server s": "foreign data wrapper w",
    "foreign table t": "(a int) server s",
}
NEEDED = "a password or key of it is needed to write this plan"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("holder", OPTIONED)
def test_keys_in_options_are_in_no_snapshot_and_no_plan(run: Run, database: psycopg.Connection, holder: str) -> None:
    for what, rest in OPTIONED.items():
        options = "options (api_key 'sesame', api_key_id '7', url 'u')" if what == holder else ""
        database.execute(f"create {what} {rest} {options}".encode())
    url = _url(database)
    assert run(f"-q dump --json --db-url '{url}' -o x.json")[0] == 0
    text = Path("x.json").read_text()
    assert "sesame" not in text
    assert '["api_key_id", "7"]' in text
    assert run(f"-q diff --from x.json --to '{url}'")[:2] == (0, "")
    assert run(f"-q diff --from '{url}' --to x.json")[:2] == (0, "")
    Path("other.json").write_text(text.replace('["url", "u"]', '["url", "v"]'))
    assert run(f"-q diff --from '{url}' --to other.json")[1].endswith(" OPTIONS (SET \"url\" 'v');\n")
    database.execute(f"alter {holder} options (drop api_key)".encode())
    code, out, err = run(f"-q diff --from '{url}' --to x.json")
    assert (code, out, NEEDED in err) == (2, "", True)
    database.execute("drop foreign data wrapper w cascade")
    code, out, err = run(f"-q diff --from '{url}' --to x.json")
    assert (code, out, NEEDED in err) == (2, "", True)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("holder", OPTIONED)
def test_keys_in_options_are_compared_where_both_sides_know_them(
    run: Run, database: psycopg.Connection, holder: str
) -> None:
    for what, rest in OPTIONED.items():
        options = "options (api_key 'sesame')" if what == holder else ""
        database.execute(f"create {what} {rest} {options}".encode())
    url = _url(database)
    assert run(f"-q dump --db-url '{url}' -o stored.sql")[0] == 0
    stored = Path("stored.sql").read_text()
    assert "\"api_key\" 'sesame'" in stored
    Path("stored.sql").write_text(stored.replace("sesame", "tahini"))
    code, out, _ = run(f"-q diff --from '{url}' --to stored.sql")
    assert (code, out.endswith(" OPTIONS (SET \"api_key\" 'tahini');\n")) == (0, True)


@pytest.mark.usefixtures("folder")
def test_what_a_role_may_not_see_is_no_difference(run: Run, database: psycopg.Connection) -> None:
    database.execute(SECRETS.encode())
    database.execute("drop role if exists unsighted; create role unsighted login")
    url = _url(database)
    less = url.replace(f"user={database.info.user}", "user=unsighted")
    try:
        assert run(f"-q dump --json --db-url '{less}' -o x.json")[0] == 0
        assert run(f"-q dump --json --db-url '{url}' -o y.json")[0] == 0
        for other in ("x.json", f"'{less}'"):
            for known in ("y.json", f"'{url}'"):
                assert run(f"-q diff --from {known} --to {other}")[:2] == (0, "")
                assert run(f"-q diff --from {other} --to {known}")[:2] == (0, "")
    finally:
        database.execute("drop role unsighted")
