"""Answers of a service: documents as commands print them, texts and pages."""

import json
from typing import Final

from starlette.responses import JSONResponse, Response

from pgnorm.catalog.errors import PgnormError

from ..failures import error_document, error_said
from ..help import FAILED
from .uploads import JSON
from .verbs import Verb
from .worker import Done

_TYPES: Final = {"sql": "application/sql", "markdown": "text/markdown", "html": "text/html", "json": JSON}
_CODE: Final = "X-Pgnorm-Exit-Code"


def failure(status: int, error: PgnormError) -> Response:
    """The document of something that could not be done."""
    return JSONResponse(error_document([error_said(error)]), status)


def response(verb: Verb, form: str, done: Done) -> Response:
    """The answer to what a process has carried out."""
    if done["code"] == FAILED:
        return JSONResponse(error_document(done["errors"]), 422)
    text = done["page"] if form == "html" and done["page"] is not None else done["out"]
    if verb.name == "fix-functions":
        text = json.dumps({**json.loads(text), "texts": done["changed"]}, ensure_ascii=False)
    kind = _TYPES[form]
    headers = {_CODE: str(done["code"])}
    return Response(text, media_type=kind if kind == JSON else f"{kind}; charset=utf-8", headers=headers)
