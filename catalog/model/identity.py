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
    """`dependent` needs `referenced`.

    `body` is true where only the dependent's body (see `Bodied`) needs it. `tied` is true where only a tie makes
    it so (see `ties`): a dump goes by it, a plan by the tie, which it can cut and make. It is also true between objects
    that are `made_by_parent`, which are there whatever a plan does to them, and from what uses a cast to that, which it
    needs no more once it is made (see `cast_functions`).
    """

    dependent: ObjectId
    referenced: ObjectId
    body: bool = False
    tied: bool = False


class Lead(NamedTuple):
    """An object goes with `leader`, its like on the other end of `tie`, as long as the tie holds (see `leads`)."""

    leader: ObjectId
    tie: ObjectId
