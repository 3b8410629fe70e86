"""The base of every kind of object, its identity, and the catalog that holds them."""

from .catalog import Catalog
from .changes import Change, Changed, alter, equal, hidden, noted, replace, said, secret, state, untold
from .declaring import Value
from .entries import DefaultGrants, Entry
from .forms import Expression, Query, SqlForm, TypeText
from .identity import Edge, Lead, ObjectId
from .named import OWN_WORD_SINCE, on_relation
from .object import IDENTITY, SATELLITES, Object, Printing, own_fields
from .placement import Placement, by_state
from .run_time import RunTime
from .secrecy import unknown_secret
from .statement import OnRows, Script, Statement, Written, about, joined, paragraphs, printed, stated, statements
from .target import Target

__all__ = [
    "IDENTITY",
    "OWN_WORD_SINCE",
    "SATELLITES",
    "Catalog",
    "Change",
    "Changed",
    "DefaultGrants",
    "Edge",
    "Entry",
    "Expression",
    "Lead",
    "Object",
    "ObjectId",
    "OnRows",
    "Placement",
    "Printing",
    "Query",
    "RunTime",
    "Script",
    "SqlForm",
    "Statement",
    "Target",
    "TypeText",
    "Value",
    "Written",
    "about",
    "alter",
    "by_state",
    "equal",
    "hidden",
    "joined",
    "noted",
    "on_relation",
    "own_fields",
    "paragraphs",
    "printed",
    "replace",
    "said",
    "secret",
    "state",
    "stated",
    "statements",
    "unknown_secret",
    "untold",
]
