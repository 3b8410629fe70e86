"""The service itself: who may ask, how much, and what is answered."""

import asyncio
import hmac
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

from attrs import define, field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pgnorm.catalog.errors import PgnormError

from .. import VERSION
from ..failures import told
from .answers import failure, response
from .error_pages import for_browsers
from .metrics import TYPE, Metrics
from .pool import Busy, Late, Lost, Pool
from .uploads import ARCHIVES, JSON, Limits, TooMuch, asked, unpack, write_texts
from .verbs import VERBS, Verb, form_of, of_query, words_of
from .worker import PAGE

_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_FORMS: Final = {
    "json": ("--json",),
    "sql": (),
    "markdown": ("--format=markdown",),
    "html": (f"--html={PAGE}", "--json"),
}

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is answered with this status and error."""

    def __init__(self, status: int, error: PgnormError) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error


@define(eq=False, kw_only=True)
class Service:
    """The service, as it was started."""

    pool: Pool
    named: Mapping[str, str]
    """Sources that requests may name, as pgnorm reads them."""
    project: Path | None
    """The project whose settings count where the sources of a review are compared."""
    token: str | None
    limits: Limits
    body_time: float
    """Seconds in which a request has to be here."""
    host: str
    """The address that it listens on. Without a token, it is asked by that and names of this machine alone."""
    metrics: Metrics = field(factory=Metrics, init=False)

    def application(self) -> Starlette:
        """The application for a pool that is open, whose processes it ends when it ends."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            try:
                yield
            finally:
                await self.pool.close()

        routes = [
            *(Route(f"/v1/{verb.name}", self._verb(verb), methods=["POST"]) for verb in VERBS.values()),
            Route("/v1/review", self._guarded("review", self._review)),
            Route("/openapi.json", self._guarded("openapi", self._openapi)),
            Route("/metrics", self._guarded("metrics", self._metrics)),
            Route("/healthz", self._healthz),
        ]
        found = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _nowhere})
        if self.token is None:
            found.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_HOSTS, self.host])
        return found

    def _verb(self, verb: Verb) -> Endpoint:
        async def answer(request: Request) -> Response:
            return await self._answer(verb, request)

        return self._guarded(verb.name, answer)

    def _guarded(self, name: str, act: Endpoint) -> Endpoint:
        """An endpoint for who has the token, whose failures are documents."""

        async def endpoint(request: Request) -> Response:
            began = time.monotonic()
            try:
                self._admit(request)
                found = await act(request)
            except Refused as refused:
                found = failure(refused.status, refused.error)
            except TooMuch as error:
                found = failure(413, error)
            except PgnormError as error:
                found = failure(422, error)
            except Busy:
                found = failure(503, PgnormError("there is too much to do", hint="Try again in a moment."))
                found.headers["Retry-After"] = "1"
            except Late:
                found = failure(504, PgnormError(f"it took longer than {self.pool.time_limit:.0f} s, and was ended"))
            except Lost:
                found = failure(500, PgnormError("the process that was at it ended"))
            except Exception as problem:
                found = failure(500, told(problem)[0])
            self.metrics.note(name, found.status_code, time.monotonic() - began)
            found = for_browsers(request, found)
            found.headers["Cache-Control"] = "no-store"
            found.headers["X-Content-Type-Options"] = "nosniff"
            return found

        return endpoint

    def _admit(self, request: Request) -> None:
        if self.token is None:
            return
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
            raise Refused(401, PgnormError("the token is missing or wrong", hint="Authorization: Bearer TOKEN"))

    async def _answer(self, verb: Verb, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (JSON, *ARCHIVES):
            raise Refused(415, PgnormError(f"the body must be {JSON} or one of {', '.join(ARCHIVES)}"))
        async with self._place() as folder:
            given = await self._given(verb, kind, folder, request)
            form = form_of(verb, given)
            words = words_of(verb, given, folder, self.named)
            words += _FORMS[form] if len(verb.forms) > 1 else ()
            return response(verb, form, await self.pool.do({"words": words, "folder": str(folder)}))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[Path]:
        """A place for a request, before any of its body is read, and a folder of its own. Raises Busy."""
        with self.pool.place():
            folder = Path(tempfile.mkdtemp(dir=self.pool.base))
            try:
                (folder / ".git").mkdir()  # nothing above it is looked at
                yield folder
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _given(self, verb: Verb, kind: str, folder: Path, request: Request) -> dict[str, object]:
        """The options of a request; its body is let go of once its files are written."""
        content = await self._body(request)
        return await asyncio.to_thread(self._taken, verb, content, kind, folder, request)

    def _taken(self, verb: Verb, content: bytes, kind: str, folder: Path, request: Request) -> dict[str, object]:
        """The options of a request, whose files are written below the folder."""
        if kind == JSON:
            try:
                given, files = asked(content)
            except PgnormError as error:
                raise Refused(400, error) from None
            write_texts(files, folder, self.limits)
            return given
        try:
            unpack(content, kind, folder, self.limits)
        except TooMuch:
            raise
        except PgnormError as error:
            raise Refused(400, error) from None
        return of_query(verb, request.query_params.multi_items())

    async def _body(self, request: Request) -> bytes:
        """The body. Raises Refused where it is too large or takes too long."""
        found = bytearray()
        too_much = Refused(413, PgnormError(f"the body is larger than {self.limits.body} bytes"))
        announced = request.headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > self.limits.body:
            raise too_much
        try:
            async with asyncio.timeout(self.body_time):
                async for chunk in request.stream():
                    found += chunk
                    if len(found) > self.limits.body:
                        raise too_much
        except TimeoutError:
            raise Refused(408, PgnormError(f"the body was not here within {self.body_time:.0f} s")) from None
        except ClientDisconnect:
            raise Refused(400, PgnormError("the body ended too soon")) from None
        return bytes(found)

    async def _review(self, request: Request) -> Response:
        words = [f"--project={self.project}"] if self.project is not None else []
        for side in ("from", "to"):
            name = request.query_params.get(side, "")
            if name not in self.named:
                raise PgnormError(
                    f"`{side}` must name a source of the service",
                    hint=f"It has {', '.join(self.named) or 'none: start it with --source NAME=SOURCE'}.",
                )
            words.append(f"--{side}={self.named[name]}")
        async with self._place() as folder:
            done = await self.pool.do({"words": ["diff", *words, *_FORMS["html"]], "folder": str(folder)})
            return response(VERBS["diff"], "html", done)

    async def _openapi(self, _: Request) -> Response:
        from .description import openapi

        return JSONResponse(openapi([*self.named], token=self.token is not None))

    async def _metrics(self, _: Request) -> Response:
        return PlainTextResponse(self.metrics.text(self.pool), media_type=TYPE)

    async def _healthz(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "pgnorm": VERSION})


async def _nowhere(request: Request, error: Exception) -> Response:
    """The answer to a request for what is not offered."""
    assert isinstance(error, HTTPException)
    hint = "POST /v1/dump, /v1/diff, /v1/fix-functions or /v1/check; GET /openapi.json describes them."
    return for_browsers(request, failure(error.status_code, PgnormError(error.detail, hint=hint)))
