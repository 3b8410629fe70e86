"""`pgnorm serve`: a real service on this machine, asked as it ought to be and as it ought not to be."""

import gzip
import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

import click
import psycopg
import pytest
from addresses import address
from attrs import define
from conftest import Refused, Run
from documents import closed_validator, faults
from waiting import PATIENCE, until

from pgnorm.cli.main import COMMANDS
from pgnorm.cli.serving.verbs import VERBS

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

JSON: Final = {"Content-Type": "application/json"}
FILES: Final = {
    "pgnorm.toml": "",
    "schemas/1.sql": "create table t (a int, b text);\ncreate function f() returns int language sql as 'select 1';\n",
    "migrations/1_a.sql": "create table t (a int);\n",
}
TOKEN: Final = "a token, of no use elsewhere"


@define
class Service:
    """A service that runs."""

    port: int
    process: subprocess.Popen[str]
    temporary: Path
    host: str = "127.0.0.1"

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = JSON
    ) -> tuple[int, str, bytes]:
        """The status of an answer, its type and its body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers))
            found = connection.getresponse()
            return found.status, found.headers.get("Content-Type", ""), found.read()
        finally:
            connection.close()

    def post(self, verb: str, **said: object) -> tuple[int, str]:
        """The status and the text of what a command answers."""
        status, _, found = self.ask("POST", f"/v1/{verb}", json.dumps(said).encode())
        return status, found.decode()

    def error(self, verb: str, **said: object) -> tuple[int, str]:
        """The status and the message of a request that must fail."""
        status, text = self.post(verb, **said)
        return status, json.loads(text)["errors"][0]["message"]


@contextmanager
def serving(*words: str, **environment: str) -> Iterator[Service]:
    """A service with these options, of which nothing is left in the end."""
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "pgnorm.cli", "serve", "--port", "0", *words]
        surroundings = {**os.environ, "TMPDIR": temporary, **environment}
        with subprocess.Popen(command, cwd="/", stderr=subprocess.PIPE, text=True, env=surroundings) as process:
            try:
                assert process.stderr is not None
                line = process.stderr.readline()
                found = re.search(r":(\d+)/openapi.json", line)
                assert found is not None, line + process.stderr.read()
                yield Service(int(found[1]), process, Path(temporary))
                process.terminate()
                said = process.communicate(timeout=PATIENCE)[1]
                assert (process.returncode, said.splitlines()[-1]) == (0, "Ended"), said
            finally:
                process.kill()
        assert [*Path(temporary).iterdir()] == []


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service without a token that takes a megabyte."""
    with serving("--workers", "2", "--max-body", "1", "--body-time", "2") as found:
        assert until(lambda: found.ask("GET", "/healthz")[0] == 200)
        yield found


def _tar(files: Mapping[str, bytes], *, kind: bytes = tarfile.REGTYPE) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, len(content) * (kind == tarfile.REGTYPE), "/etc/passwd"
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_commands_answer_what_they_print(service: Service, run: Run, folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    status, text = service.post("diff", files=FILES)
    assert (status, json.loads(text)) == (200, json.loads(run("diff --json")[1]))
    assert service.post("diff", files=FILES, form="sql") == (200, run("diff")[1])
    assert service.post("diff", files=FILES, form="sql", only=["t"], no_proof=True) == (
        200,
        run("diff --only t --no-proof")[1],
    )
    said = run("dump --format supabase")[1]
    assert service.post("dump", files=FILES, format="supabase") == (200, said)
    status, snapshot = service.post("dump", files=FILES, form="json")
    assert (status, snapshot) == (200, run("dump --json")[1])
    assert service.post("dump", files={"a.json": snapshot}, format="supabase", **{"from": "a.json"}) == (200, said)
    status, text = service.post("check", files=FILES)
    assert (status, json.loads(text)) == (200, json.loads(run("check --json")[1]))
    status, text = service.post("diff", files=FILES, form="markdown")
    assert (status, text) == (200, run("diff --format markdown")[1])
    status, kind, page = service.ask("POST", "/v1/diff", json.dumps({"files": FILES, "form": "html"}).encode())
    assert (status, kind, page[:15]) == (200, "text/html; charset=utf-8", b"<!DOCTYPE html>")
    packed = {name: text.encode() for name, text in FILES.items()}
    for archive, kind in (
        (_tar(packed), "application/x-tar"),
        (gzip.compress(_tar(packed)), "application/gzip"),
        (_zip(packed), "application/zip"),
    ):
        status, _, found = service.ask(
            "POST", "/v1/diff?form=sql&only=t&no_proof=true", archive, {"Content-Type": kind}
        )
        assert (status, found.decode()) == (200, run("diff --only t --no-proof")[1])
    path = folder / "schemas" / "1.sql"
    with_returns = FILES["schemas/1.sql"].replace("\n", "\r\n")
    path.write_bytes(with_returns.encode())
    status, text = service.post("fix-functions", files={**FILES, "schemas/1.sql": with_returns})
    assert (status, run("fix-functions")[0]) == (200, 0)
    texts = json.loads(text)["texts"]
    assert texts == {"schemas/1.sql": path.read_bytes().decode()}
    assert texts["schemas/1.sql"].count("\n") == texts["schemas/1.sql"].count("\r\n") > 1
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    if children.exists():  # one after the other needs no second process
        assert len(children.read_text().split()) == 1


def test_what_may_be_asked_is_what_the_commands_take() -> None:
    for verb in VERBS.values():
        module, _, name = COMMANDS[verb.words[0]].partition(":")
        options = {flag: each for each in getattr(import_module(module), name).params for flag in each.opts}
        for asked in verb.options:
            option = options[asked.flag]
            known = option.type.choices if isinstance(option.type, click.Choice) else ()
            assert (option.is_flag, option.multiple) == (asked.kind == "flag", asked.kind == "texts"), asked
            assert set(asked.choices) <= set(known), asked


def test_the_description_is_that_of_the_answers(service: Service) -> None:
    status, _, found = service.ask("GET", "/openapi.json")
    said = json.loads(found)
    assert (status, said["openapi"]) == (200, "3.1.0")
    for verb, files in (("diff", FILES), ("check", FILES), ("fix-functions", FILES), ("diff", {})):
        status, text = service.post(verb, files=files)
        responses = said["paths"][f"/v1/{verb}"]["post"]["responses"]
        schema = responses[str(status)]["content"]["application/json"]["schema"]
        validator = closed_validator({**schema, "components": said["components"]})
        assert faults(validator, json.loads(text)) == []
    options = said["paths"]["/v1/diff"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"files", "from", "to", "form", "renames"} <= options.keys()


def test_what_can_not_be_done_is_told(service: Service) -> None:
    broken = {"a.sql": "create table t (a int);", "b.sql": "create table t (a int);\nselec 1;"}
    status, text = service.post("diff", files=broken, form="sql", **{"from": "a.sql", "to": "b.sql"})
    (error,) = json.loads(text)["errors"]
    assert (status, error["place"]) == (422, "b.sql:2:1")
    assert error["message"].startswith('syntax error at or near "selec"')
    for said, status, message in (
        ({"files": {"../a.sql": ""}}, 422, "this is no name for a file here: '../a.sql'"),
        ({"files": {"/etc/a.sql": ""}}, 422, "this is no name"),
        ({"files": {".git/config": ""}}, 422, "this is no name"),
        ({"files": {"a/../b.sql": ""}}, 422, "this is no name"),
        ({"files": {"a\nb.sql": ""}}, 422, "this is no name"),
        ({"files": {"a.sql": 1}}, 400, "`files` must be an object of paths and texts"),
        ({"files": {"a.sql": "\ud800", "b.sql": ""}, "from": "a.sql", "to": "b.sql"}, 422, "the file is not UTF-8"),
        ({"files": [], "to": "files"}, 400, "`files` must be"),
        ({"from": "local"}, 422, "there is no source 'local' here"),
        ({"from": "postgresql://127.0.0.1/app"}, 422, "there is no source"),
        ({"files": {"host=a.sql": ""}, "from": "host=a.sql"}, 422, "there is no source"),
        ({"from": "/etc/passwd"}, 422, "there is no source"),
        ({"from": "git:main"}, 422, "there is no source"),
        ({"from": 1}, 422, "`from` must be a text"),
        ({"schemas": "public"}, 422, "`schemas` must be a list of texts"),
        ({"online": "yes"}, 422, "`online` must be true or false"),
        ({"html": "/tmp/x"}, 422, "`diff` takes no `html`"),
        ({"form": "pdf"}, 422, "`form` must be one of"),
        ({"files": FILES, "schemas": ["--html=/tmp/x"]}, 422, "no matching schemas were found"),
        ({"files": {}}, 422, "outside a project diff needs both sources"),
        ({"files": {**FILES, "pgnorm.toml": 'schema_paths = ["/etc/*.sql"]'}}, 422, "no file matches"),
        (
            {"files": {**FILES, "pgnorm.toml": 'consumers = ["/etc/passwd"]'}, "from": "files", "to": "migrations"},
            422,
            "lies outside of",
        ),
        ({"files": {**FILES, "a.sql": "x" * (1 << 20)}}, 413, "the body is larger than 1048576 bytes"),
    ):
        found = service.error("diff", **said)
        assert (found[0], message in found[1]) == (status, True), (said, found)
    status, message = service.error("check", files={**FILES, "pgnorm.toml": 'access = "/etc/passwd"'})
    assert (status, "lies outside of" in message) == (422, True)


def test_bodies_that_are_none(service: Service) -> None:
    def status(body: bytes, kind: str, path: str = "/v1/dump") -> int:
        return service.ask("POST", path, body, {"Content-Type": kind})[0]

    bomb = gzip.compress(b"\0" * (16 << 20))
    assert [status(body, "application/json") for body in (b"{", b"[]", b"\xff", b"[" * 100_000)] == [400] * 4
    assert status(b"a=1", "application/x-www-form-urlencoded") == 415
    assert [status(b"PK", "application/zip"), status(b"x" * 600, "application/x-tar")] == [400, 400]
    assert [status(_tar({"../a": b""}), "application/x-tar"), status(_zip({"/a": b""}), "application/zip")] == [
        400,
        400,
    ]
    assert status(_tar({"a": b""}, kind=tarfile.SYMTYPE), "application/x-tar") == 400
    assert [status(bomb, "application/gzip"), status(_zip({"a": b"\0" * (8 << 20)}), "application/zip")] == [413, 413]
    assert status(_zip({f"{number}": b"" for number in range(5001)}), "application/zip") == 413
    assert service.ask("GET", "/v1/diff")[0] == 405
    assert service.ask("GET", "/v1/nothing")[0] == 404
    assert service.ask("GET", "/healthz", headers={"Host": "elsewhere.example"})[0] == 400
    answered, kind, page = service.ask("GET", "/v1/review?from=<a>&to=b")
    assert (answered, kind, json.loads(page)["errors"][0]["message"]) == (
        422,
        "application/json",
        "`from` must name a source of the service",
    )
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path, code, said in (
        ("/v1/review?from=a&to=b", 422, b"`from` must name a source of the service"),
        ("/v1/nothing", 404, b"Not Found"),
    ):
        answered, kind, page = service.ask("GET", path, headers=browser)
        assert (answered, kind, page[:15]) == (code, "text/html; charset=utf-8", b"<!DOCTYPE html>")
        assert said in page
        assert b"Hint: " in page
    answered, kind, _ = service.ask("POST", "/v1/dump", b"{", {**JSON, **browser})
    assert (answered, kind) == (400, "application/json")
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        slow.sendall(
            b"POST /v1/dump HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
    with socket.create_connection(("127.0.0.1", service.port)) as cut:
        cut.sendall(
            b"POST /v1/dump HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
        )
    assert service.post("dump", files=FILES)[0] == 200
    metrics = service.ask("GET", "/metrics")[2].decode()
    assert 'pgnorm_requests_total{command="dump",status="413"} 3\n' in metrics
    assert "pgnorm_workers_replaced_total 0\n" in metrics


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
def test_requests_leave_nothing_in_memory(service: Service) -> None:
    def held() -> int:
        for _ in range(500):
            assert service.ask("GET", "/healthz")[0] == 200
        (found,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{service.process.pid}/status").read_text())
        return int(found)

    first, _, last = held(), held(), held()
    assert last - first < 512


def test_a_token_named_sources_and_time(database: psycopg.Connection, run: Run, folder: Path) -> None:
    database.execute("create table t (a int)")
    (folder / "goal.sql").write_text("create table t (a int, b text);")
    (folder / "pgnorm.toml").write_text('[ignore]\nview = ["v"]\n')
    database.execute("create view v as select a from t")
    words = (
        "--project",
        str(folder),
        "--source",
        f"there={address(database)}",
        "--source",
        f"goal={folder / 'goal.sql'}",
    )
    with serving(*words, "--workers", "1", "--queue", "0", PGNORM_SERVE_TOKEN=TOKEN, SECRET="s3cr3t") as service:
        allowed = {**JSON, "Authorization": f"Bearer {TOKEN}"}
        assert service.ask("GET", "/healthz")[0] == 200
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer"}):
            for path in ("/metrics", "/openapi.json", "/v1/review?from=there&to=goal"):
                assert service.ask("GET", path, headers=headers)[0] == 401
            assert service.ask("POST", "/v1/dump", b"{}", {**JSON, **headers})[0] == 401
        status, kind, page = service.ask("GET", "/v1/review?from=there&to=goal", headers=allowed)
        assert (status, kind) == (200, "text/html; charset=utf-8")
        assert (b"public.t.b" in page, b"public.v" in page) == (True, False)
        asked = json.dumps({"from": "there", "to": "goal", "form": "sql", "ignore": ["v"]}).encode()
        found = service.ask("POST", "/v1/diff", asked, allowed)
        assert (found[0], found[2]) == (200, b'ALTER TABLE "public"."t" ADD COLUMN "b" "text";\n')
        with socket.create_connection(("127.0.0.1", service.port)) as slow:
            head = f"POST /v1/dump HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
            slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{".encode())
            waits = b"pgnorm_requests_waiting 1\n"
            assert until(lambda: waits in service.ask("GET", "/metrics", headers=allowed)[2])
            assert service.ask("POST", "/v1/dump", b"{}", allowed)[0] == 503
        assert until(lambda: waits not in service.ask("GET", "/metrics", headers=allowed)[2])
        for name in ("SECRET", "PGNORM_SERVE_TOKEN"):
            files = {"supabase/config.toml": f'[db]\nmajor_version = "env({name})"\n', "supabase/schemas/a.sql": ""}
            found = service.ask("POST", "/v1/dump", json.dumps({"files": files}).encode(), allowed)
            assert (found[0], b"is not set" in found[2], b"s3cr3t" in found[2]) == (422, True, False)


def test_what_it_is_not_started_with(refused: Refused, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused("serve --host 0.0.0.0", "no token is set", "PGNORM_SERVE_TOKEN")
    refused("serve --source a", "NAME=SOURCE")
    refused("serve --source a=missing.sql", "no such file exists")
    (folder / "token").write_text("\n")
    refused("serve --token-file token", "the token is empty")
    (folder / "token").write_text("schlüssel")
    refused("serve --token-file token", "the token has characters that no header can bring")
    refused("serve --timeout 1", "No such option")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused(f"serve --port {taken.getsockname()[1]}", "can't listen on 127.0.0.1:")
    monkeypatch.setattr(sys, "executable", str(folder / "no_python"))
    refused("serve --port 0", "the service's processes can't be started: ")


def test_what_takes_too_long_is_ended_and_a_service_that_is_killed_leaves_nothing(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        host = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
        command = [sys.executable, "-m", "pgnorm.cli", "serve", "--port", "0", "--workers", "1", "--time-limit", "1"]
        command += ["--host", host]
        environment = {**os.environ, "TMPDIR": temporary}
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stderr is not None
            found = re.search(r":(\d+)/openapi.json", process.stderr.readline())
            assert found is not None
            service = Service(int(found[1]), process, Path(temporary), host)
            assert until(lambda: _up(service))
            asleep = {"files": {"a.sql": "select pg_sleep(3000);"}, "from": "a.sql"}
            assert service.error("dump", **asleep) == (504, "it took longer than 1 s, and was ended")
            assert b"pgnorm_workers_replaced_total 1\n" in service.ask("GET", "/metrics")[2]
            process.send_signal(signal.SIGKILL)
        assert until(lambda: not [*Path(temporary).iterdir()])


def _up(service: Service) -> bool:
    try:
        return service.ask("GET", "/healthz")[0] == 200
    except OSError:
        return False
