"""A service under load: requests held at once, how long they take, and what is left in memory and on the disk."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

PGNORM = Path(sys.executable).with_name("pgnorm")
WORKERS = 2
QUEUE = 64
STEPS = 5
"""Times that memory is looked at."""


def serve(count: int) -> None:
    """Requests by as many clients as may wait, each in turn: `diff` of small projects, every tenth a new one."""
    with tempfile.TemporaryDirectory() as temporary, _service(Path(temporary)) as (process, port):
        print(f"{count:,} requests, {WORKERS} workers, {WORKERS + QUEUE} clients at once")
        took: list[float] = []
        statuses: Counter[int] = Counter()
        began = time.perf_counter()
        for step in range(STEPS):
            some = range(step * count // STEPS, (step + 1) * count // STEPS)
            with ThreadPoolExecutor(WORKERS + QUEUE) as clients:
                for status, seconds in clients.map(lambda number: _ask(port, number), some):
                    statuses[status] += 1
                    took.append(seconds)
            print(f"  {some.stop:8,} requests: {_memory(process.pid):.0f} MB in all processes", flush=True)
        whole = time.perf_counter() - began
        ordered = sorted(took)
        marks = ", ".join(f"p{mark} {ordered[int(len(ordered) * mark / 100) - 1]:.2f}" for mark in (90, 99))
        print(f"  {count / whole:.1f} a second; seconds: median {median(took):.2f}, {marks}, longest {ordered[-1]:.2f}")
        print(
            f"  answers by status: {dict(statuses)}; left in its folder: {len([*Path(temporary).rglob('*.sql')])} files"
        )


def _ask(port: int, number: int) -> tuple[int, float]:
    table = f"create table t_{number // 10 * 10} (a int, b text);"
    files = {"pgnorm.toml": "", "schemas/1.sql": table, "migrations/1_a.sql": "create table first (a int);"}
    body = json.dumps({"files": files, "form": "sql", "no_proof": True})
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/diff", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - start


@contextmanager
def _service(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [PGNORM, "serve", "--port", "0", "--workers", str(WORKERS), "--queue", str(QUEUE)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        found = re.search(r":(\d+)/openapi.json", process.stderr.readline())
        assert found is not None
        try:
            yield process, int(found[1])
        finally:
            process.terminate()
            process.wait()


def _memory(process: int) -> float:
    """Memory of the service and of the processes below it that are its own, in MB: shared pages count for each."""
    found = 0
    for each in (process, *_children(process)):
        status = Path(f"/proc/{each}/status").read_text()
        found += int(re.search(r"VmRSS:\s+(\d+)", status)[1]) if "VmRSS" in status else 0
    return found / 1024


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
