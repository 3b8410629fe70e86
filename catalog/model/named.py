"""Names of an object: in pairing, in SQL, in a dump's header lines, for a person."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Final, Self

from ..quoting import ident, legible, qualified
from .changes import worked_out
from .declaring import Value
from .identity import ObjectId
from .target import Target
from .traits import Traits

OWN_WORD_SINCE: Final = 16
"""The major whose pg_dump first says ALTER VIEW, ALTER SEQUENCE … OWNER TO (pg_backup_archiver.c)."""


class Named(Traits, Value):
    """An object's names."""

    schema: str
    name: str
    detail: str = ""
    id: ObjectId = worked_out()
    """The name by which it is paired with its like in another catalog."""

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        object.__setattr__(self, "id", ObjectId(self.kind, self.schema, self.name, self.detail))

    @classmethod
    def many(cls, count: int, columns: Mapping[str, Sequence[object]]) -> list[Self]:
        made = super().many(count, columns)
        identities = zip(repeat(cls.kind), columns["schema"], columns["name"], columns["detail"])
        cls.fill(made, "id", map(ObjectId._make, identities))
        return made

    @property
    def namespace(self) -> str:
        """The schema whose it is, with which it is selected, excluded and printed; empty for what is nobody's.

        What is `whole_only` is excluded with it (`-N`), but not selected (`-n`).
        """
        return self.schema

    @property
    def sort_name(self) -> str:
        """The name that pg_dump's order goes by, where it is not `name` (a default goes by its table's)."""
        return self.name

    @property
    def sort_key(self) -> tuple[object, ...]:
        """The tie-breaker behind (priority, schema, name) in pg_dump's order."""
        return (self.detail,)

    @property
    def tag(self) -> str:
        """The `Name:` of its header line in a dump."""
        return self.name

    @property
    def label(self) -> str:
        """The name for a person: `public.f(integer)`, `public.contacts."Read your own"`."""
        return ".".join(map(legible, filter(None, (self.schema, self.detail, self.name))))

    def signature(self, *, qualify: bool = True) -> str:
        """The name in COMMENT ON, ALTER and DROP, keyword included: `TABLE "public"."t"`."""
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)}"

    def owner_signature(self, target: Target) -> str:
        """The name in `ALTER … OWNER TO`."""
        if self.owned_as_table and target.major < OWN_WORD_SINCE:
            return f"TABLE {qualified(self.schema, self.name)}"
        return self.signature()

    def grant_signature(self, *, qualify: bool = True) -> str:
        """The name in GRANT and REVOKE, keyword included."""
        return self.signature(qualify=qualify)

    @property
    def grant_columns(self) -> str:
        """The column list behind each privilege, `("c")` for a column's own privileges."""
        return ""


def on_relation(keyword: str, name: str, schema: str, relation: str) -> str:
    """The name in SQL of what belongs to a relation: `POLICY "p" ON "public"."t"`."""
    return f"{keyword} {ident(name)} ON {qualified(schema, relation)}"
