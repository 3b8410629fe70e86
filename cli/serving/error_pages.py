"""Pages for people who ask the service with a browser for what it could not do."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pgnorm.normalizer.review.frame import Section, page
from pgnorm.normalizer.review.html import Html, code, element, line, text

from .. import VERSION

if TYPE_CHECKING:
    from ..forms import Errors, ErrorSaid


def for_browsers(request: Request, found: Response) -> Response:
    """The answer; the document of what could not be done as a page, where that is asked for."""
    if found.status_code < HTTPStatus.BAD_REQUEST or request.method != "GET":
        return found
    found.headers["Vary"] = "Accept"
    if "text/html" not in request.headers.get("accept", ""):
        return found
    document: Errors = json.loads(bytes(found.body))
    status = HTTPStatus(found.status_code)
    answer = HTMLResponse(_page(document, f"{status.value} {status.phrase}"), status.value)
    kept = ("retry-after", "vary")
    answer.headers.update({name: found.headers[name] for name in kept if name in found.headers})
    return answer


def _page(document: "Errors", status: str) -> str:
    body = element("div", *map(_error, document["errors"]))
    section = Section(id="errors", title="What went wrong", body=body)
    return page("This could not be done", text(status), [], [section], generator=f"pgnorm {VERSION}")


def _error(error: "ErrorSaid") -> Html:
    parts = [element("p", code(error["place"]))] if error["place"] else []
    parts.append(element("pre", text(error["message"])))
    return element("div", *parts, *([element("p", line(f"Hint: {error['hint']}"))] if error["hint"] else []))
