"""`pgnorm serve`: the commands over HTTP."""

import gc
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import command_for_extra

from .app import App
from .general import general_options
from .help import FAILED, Command
from .output import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .serving.application import Service

PORT: Final = 8465
TOKEN: Final = "PGNORM_SERVE_TOKEN"
_MEGABYTE: Final = 1 << 20
_DRAINING: Final = 30  # seconds
_SPARE: Final = 32
"""Connections beside those whose requests have a place: metrics, and what is refused."""
EPILOG: Final = f"""\b
Examples:
  pgnorm serve                     on this machine alone, at http://127.0.0.1:{PORT}
  pgnorm serve --source prod=service=prod --source staging=service=staging
  PGNORM_SERVE_TOKEN=… pgnorm serve --host 0.0.0.0

\b
Exit codes:
  0    ended by TERM or Ctrl-C, with all answered
  {FAILED}    could not do it (usage, an address in use, no token)
"""


# --time-limit bounds what --timeout does elsewhere.
@click.command(cls=Command, params=[each for each in general_options() if each.name != "timeout"], epilog=EPILOG)
@click.option("--host", default="127.0.0.1", help="The address to listen on; beyond this machine a token is needed.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, help=f"The port ({PORT}); 0 takes a free one.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"The file that holds the token which requests must bring; else {TOKEN} holds it.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME=SOURCE",
    help="A database, snapshot, file or folder that requests may name; repeatable.",
)
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help="Requests carried out at once (the cores).")
@click.option("--queue", type=click.IntRange(0), default=32, metavar="N", help="Requests that may wait for that (32).")
@click.option("--max-body", type=click.IntRange(1), default=16, metavar="MB", help="The largest request (16).")
@click.option(
    "--time-limit", type=click.FloatRange(0.1), default=60.0, metavar="SECONDS", help="How long one may take (60)."
)
@click.option(
    "--body-time", type=click.FloatRange(0.1), default=30.0, metavar="SECONDS", help="How long its body may take (30)."
)
@click.pass_obj
def serve(
    app: App,
    host: str,
    port: int,
    token_file: Path | None,
    sources: tuple[str, ...],
    workers: int | None,
    queue: int,
    max_body: int,
    time_limit: float,
    body_time: float,
) -> int:
    """Offer dump, diff, fix-functions and check over HTTP, with pages to review.

    Files come with the requests. A request never names a database or a file of this machine, only sources of --source.
    Each request is carried out by a process with a private server of its own. TERM and Ctrl-C end it when what is in
    hand is answered.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise PgnormError("the libraries that serve need are missing", hint=command_for_extra("serve")) from error
    from .serving.application import Service
    from .serving.pool import Pool
    from .serving.uploads import Limits

    gc.enable()  # the command line does without it, but this goes on
    token = _token(token_file)
    if token is None and not _is_loopback(host):
        raise PgnormError(
            f"{host} can be reached from other machines, and no token is set",
            hint=f"Put one into {TOKEN} or into the file that --token-file names.",
        )
    named = _named(sources)
    with tempfile.TemporaryDirectory(prefix="pgnorm-serve-") as base:
        pool = Pool(base=Path(base), size=workers or os.cpu_count() or 1, waiting_at_most=queue, time_limit=time_limit)
        service = Service(
            pool=pool,
            named=named,
            project=app.project.root if app.project is not None else None,
            token=token,
            limits=Limits(body=max_body * _MEGABYTE, unpacked=4 * max_body * _MEGABYTE),
            body_time=body_time,
            host=f"[{host}]" if ":" in host else host,
        )
        _run(app, service, host, port)
    return 0


def _run(app: App, service: "Service", host: str, port: int) -> None:
    """Serve until a signal ends it. Raises PgnormError without the address or the processes."""
    import asyncio
    import socket

    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PgnormError(
            f"can't listen on {host}:{port}: {error.strerror or error}", hint="Take another --port."
        ) from None
    with listening:
        config = uvicorn.Config(
            service.application(),
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=service.pool.size + service.pool.waiting_at_most + _SPARE,
            timeout_graceful_shutdown=_DRAINING,
            lifespan="on",
        )
        app.console.say(f"pgnorm serves at http://{service.host}:{listening.getsockname()[1]}/openapi.json")
        app.console.say(
            f"{plural(service.pool.size, 'worker')}; {'a token is needed' if service.token else 'no token'}"
        )

        async def run() -> None:
            try:
                await service.pool.open()
            except OSError as error:
                raise PgnormError(
                    f"the service's processes can't be started: {error}",
                    hint="Make room for them on this machine: memory, processes, files.",
                ) from error
            await uvicorn.Server(config).serve(sockets=[listening])

        try:
            asyncio.run(run())
        except KeyboardInterrupt:  # which the server raises again when all is answered
            app.console.say("Ended")


def _token(path: Path | None) -> str | None:
    """The token, None without one. Raises PgnormError for an empty one, and for one that no header can bring."""
    from pgnorm.normalizer.files.reading import read_file

    if path is None and TOKEN not in os.environ:
        return None
    found = (read_file(path).text if path is not None else os.environ[TOKEN]).strip()
    place = str(path) if path is not None else TOKEN
    if not found:
        raise PgnormError("the token is empty", place=place)
    if not (found.isascii() and found.isprintable()):
        raise PgnormError("the token has characters that no header can bring", place=place, hint="Take ASCII letters.")
    return found


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named(sources: tuple[str, ...]) -> "Mapping[str, str]":
    """The sources by their names, files with their whole paths. Raises PgnormError for what is none."""
    from pgnorm.normalizer.project.typed import is_address

    found: dict[str, str] = {}
    for each in sources:
        name, _, word = each.partition("=")
        if not name.isidentifier() or not word or name in ("files", "migrations") or name in found:
            raise click.UsageError("--source takes NAME=SOURCE, each name once: letters, digits and underscores.")
        if not is_address(word):
            if not Path(word).exists():
                raise PgnormError(f"the source {name} is not an address, and no such file exists", place=word)
            word = str(Path(word).resolve())
        found[name] = word
    return found
