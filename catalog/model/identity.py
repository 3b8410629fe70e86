"""The names by which objects are paired, and what depends on what."""

from typing import NamedTuple


class ObjectId(NamedTuple):
    """The name by which an object is paired between two catalogs. No OID takes part.

    `schema` is empty for what lives in no schema. `detail` tells apart what shares a name: a function's identity
    argument types, or the relation (or domain) that a column, constraint, trigger or policy belongs to.
    """

    kind: str
    schema: str
    name: str
    detail: str = ""


class Edge(NamedTuple):
    """`dependent` needs `referenced`. `body` is true where only the dependent's body (see `body_catalog`) needs it."""

    dependent: ObjectId
    referenced: ObjectId
    body: bool = False
