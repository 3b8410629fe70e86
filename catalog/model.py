"""The base of every kind of object, its identity, and the catalog that holds them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, Final, LiteralString, NamedTuple, Self

import attrs
from attrs import frozen

from .privileges import AclItem
from .quoting import ident, qualified


class ObjectId(NamedTuple):
    """The name by which an object is paired between two catalogs. No OID takes part.

    `schema` is empty for what lives in no schema. `detail` tells apart what shares a name: a function's identity
    argument types, or the relation (or domain) that a column, constraint, trigger or policy belongs to.
    """

    kind: str
    schema: str
    name: str
    detail: str = ""


class Change(Enum):
    """What a difference in one attribute means."""

    ALTER = "alter"
    """The kind's `alter` answers for it."""
    REPLACE = "replace"
    """The object is dropped and created again."""
    EQUAL = "equal"
    """Never a difference; the declaration says why."""


CHANGE: Final = "change"
OWN_WORD_SINCE: Final = 16
"""The major whose pg_dump first says ALTER VIEW, ALTER SEQUENCE … OWNER TO (pg_backup_archiver.c)."""


def alter() -> Any:  # attrs types a field by its right-hand side: the declared type of the attribute stands
    """Declare an attribute whose change `alter` turns into statements."""
    return attrs.field(metadata={CHANGE: Change.ALTER})


def replace() -> Any:  # as `alter`
    """Declare an attribute whose change needs drop and create."""
    return attrs.field(metadata={CHANGE: Change.REPLACE})


def equal() -> Any:  # as `alter`
    """Declare an attribute that is needed for printing but is never a difference."""
    return attrs.field(metadata={CHANGE: Change.EQUAL})


@frozen(kw_only=True)
class Target:
    """The server that is to read what is printed: its major version and the role that runs it."""

    major: int
    role: str = "postgres"
    named_schemas: bool = False
    """Whether schemas were asked for by name: pg_dump then creates even `public`."""
    schemas: frozenset[str] | None = None
    """The schemas that are there when a plan runs or that it makes, None for a dump, which takes them for given."""


@frozen(kw_only=True)
class Entry:
    """One entry of pg_dump's table of contents: the header line's fields and the text below it."""

    desc: str
    tag: str
    sql: str
    owned: bool = False
    """Whether `ALTER … OWNER TO` follows (pg_dump: the entry has a DROP statement and an ownable type)."""
    tablespace: str | None = None
    """The tablespace to select before it: empty for the default one, None for what has no storage."""
    access_method: str | None = None
    """The table access method to select before it, None for what has none."""
    extensions_at: int | None = None
    """Where in `sql` pg_dump puts ALTER … DEPENDS ON EXTENSION, None for its end."""

    def with_sql(self, sql: str) -> "Entry":
        """The same entry with other text."""
        return attrs.evolve(self, sql=sql)


@frozen
class DefaultGrants:
    """What ALTER DEFAULT PRIVILEGES gives to the new objects of a role, in one schema or (empty) in all."""

    role: str
    schema: str
    type: str
    """pg_default_acl.defaclobjtype."""
    acl: tuple[AclItem, ...]


class Changed:
    """The names of an object's attributes that differ; `alter` takes each that it answers for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._left = set(names)

    def take(self, *names: str) -> bool:
        """Whether any of `names` changed; they count as answered for from now on."""
        hit = not self._left.isdisjoint(names)
        self._left.difference_update(names)
        return hit

    @property
    def left(self) -> frozenset[str]:
        """What nobody has answered for yet."""
        return frozenset(self._left)


@frozen(kw_only=True)
class Object:
    """One object of a database. A kind is a subclass in `catalog.kinds`; its own fields are its query's columns."""

    kind: ClassVar[str]
    """The word of `ObjectId.kind`, as a person reads it."""
    keyword: ClassVar[str]
    """The word SQL has for it: `TABLE` in `DROP TABLE`, `COMMENT ON TABLE`, `ALTER TABLE … OWNER TO`."""
    catalog: ClassVar[str]
    """The system catalog whose OIDs name it in pg_depend."""
    priority: ClassVar[int]
    """Its rank in pg_dump's order (pg_dump_sort.c, dbObjectTypePriorities): see `ordering.Priority`."""
    body_catalog: ClassVar[str] = ""
    """The catalog of a second part that can follow later (`pg_rewrite` for a view), empty where there is none."""
    embedded: ClassVar[bool] = False
    """Always printed inside its parent's CREATE, never on its own (a column)."""
    derived: ClassVar[bool] = False
    """Comes and goes with its parent's definition; only its satellites are ever written (a view's column)."""
    made_by_parent: ClassVar[bool] = False
    """There as long as its parent is; an object only where something is said of it (an extension's function)."""
    survives_retyping: ClassVar[bool] = False
    """Postgres rebuilds it by itself when the type of a column that it uses is altered (an index)."""
    owned_as_table: ClassVar[bool] = False
    """pg_dump says ALTER TABLE … OWNER TO of it until it learned the object's own word (see OWN_WORD_SINCE)."""
    guarded: ClassVar[str] = ""
    """The form of `CREATE keyword` that may be run twice, empty where there is none (`CREATE TABLE IF NOT EXISTS`)."""
    code: ClassVar[str] = ""
    """The attribute that holds program text, which can differ in looks alone; empty where there is none."""
    opaque: ClassVar[bool] = False
    """Holds code whose dependencies Postgres does not record (a function with a quoted body)."""
    postponable: ClassVar[bool] = False
    """May follow the constraints and indexes where a loop demands it (a function, a materialized view)."""
    project_owned_anywhere: ClassVar[bool] = False
    """A project may add one to what its platform manages (a trigger on `auth.users`)."""
    refers: ClassVar[bool] = False
    """Ties what it is a part of to another of the same kind, see `referrers_first` (a foreign key)."""
    platform_decides: ClassVar[bool] = False
    """The platform's own stays so, however it differs from server to server (an extension)."""
    whole_only: ClassVar[bool] = False
    """Only a whole dump has it, none of chosen schemas (a table's place in a publication)."""
    last: ClassVar[bool] = False
    """A dump has it behind even the privileges, so that none of its statements is acted upon (an event trigger)."""
    owned_apart: ClassVar[bool] = False
    """Has an owner of its own although it is a part of something (statistics on a table)."""
    ownable: ClassVar[bool] = True
    """Whether ALTER … OWNER TO can change its `owner` (default privileges belong to their role for good)."""
    default_acl_type: ClassVar[str] = ""
    """pg_default_acl.defaclobjtype of the default privileges that a new one gets, empty where there are none."""

    schema: str
    name: str
    detail: str = ""
    id: ObjectId = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(lambda self: ObjectId(self.kind, self.schema, self.name, self.detail), takes_self=True),
    )
    """The name by which it is paired with its like in another catalog."""
    owner: str | None = None
    comment: str | None = None
    acl: tuple[AclItem, ...] | None = None
    """None where the catalog holds NULL, that is: `acl_default` holds."""
    acl_default: tuple[AclItem, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Security labels: (provider, label)."""
    extensions: tuple[str, ...] = ()
    """The extensions that it DEPENDS ON."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        """The one query that reads every object of the kind; `version` is server_version_num.

        Its columns are `oid` (and `subid` for a sub-object), `schema`, `name`, `detail`, then those of `owner`, `acl`,
        `acl_default` (both as `text[]`) that the kind has, then the kind's own fields by name. `search_path` is empty.
        """
        raise NotImplementedError

    @property
    def namespace(self) -> str:
        """The schema with which it is selected, empty for what only a whole dump has."""
        return self.schema

    @property
    def own_comment(self) -> str | None:
        """The comment that somebody gave it, None for the one that it came with."""
        return self.comment

    @property
    def parent(self) -> ObjectId | None:
        """What it is a part of and is dropped with, None for what stands alone."""
        return None

    @property
    def inline(self) -> bool:
        """Printed inside its parent's CREATE unless a dependency loop or its own state forbids it."""
        return False

    @property
    def joins(self) -> bool:
        """Made by the statement that adds its parent to a table that is there (`ADD COLUMN … AS IDENTITY`), so that
        rows get values at once; apart from it where the table is new."""
        return False

    @property
    def disposable(self) -> bool:
        """Whether dropping and creating it again loses nothing but time."""
        return True

    @property
    def sort_name(self) -> str:
        """The name that pg_dump's order goes by, where it is not `name` (a default goes by its table's)."""
        return self.name

    @property
    def sort_key(self) -> tuple[object, ...]:
        """What breaks ties of (priority, schema, name) in pg_dump's order."""
        return (self.detail,)

    @property
    def initial_acl(self) -> tuple[AclItem, ...]:
        """The privileges that a dump takes for given, so that it prints what leads from them to `acl` (to
        `acl_default` where that is None)."""
        return self.acl_default

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        """The names that it takes and no other object of any kind can have at the same time."""
        return ()

    @property
    def tag(self) -> str:
        """The `Name:` of its header line in a dump."""
        return self.name

    @property
    def label(self) -> str:
        """How a person names it: `public.f(integer)`."""
        return ".".join(part for part in (self.schema, self.detail, self.name) if part)

    def signature(self, *, qualify: bool = True) -> str:
        """How COMMENT ON, ALTER and DROP name it, keyword included: `TABLE "public"."t"`."""
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)}"

    def owner_signature(self, target: Target) -> str:
        """How `ALTER … OWNER TO` names it."""
        if self.owned_as_table and target.major < OWN_WORD_SINCE:
            return f"TABLE {qualified(self.schema, self.name)}"
        return self.signature()

    def grant_signature(self, *, qualify: bool = True) -> str:
        """How GRANT and REVOKE name it, keyword included."""
        return self.signature(qualify=qualify)

    @property
    def grant_columns(self) -> str:
        """The column list behind each privilege, `("c")` for a column's own privileges."""
        return ""

    @property
    def code_language(self) -> str:
        """The language of its `code`."""
        return ""

    @property
    def default_grants(self) -> DefaultGrants | None:
        """What it adds to objects created later, None for what adds nothing."""
        return None

    @property
    def grant_prefix(self) -> str:
        """What stands before GRANT and REVOKE: `ALTER DEFAULT PRIVILEGES … ` for default privileges."""
        return ""

    @property
    def acl_desc(self) -> str:
        """The `Type:` of the header line over its privileges in a dump."""
        return "ACL"

    @property
    def acl_tag(self) -> str:
        """The `Name:` of that line."""
        return self.signature(qualify=False) if self.grant_columns else self.grant_signature(qualify=False)

    def dumped(self, target: Target) -> bool:
        """Whether a dump has it at all (pg_dump leaves out what every database has: the language plpgsql)."""
        del target
        return True

    def create(self, parts: Sequence["Object"], target: Target, *, shell: bool = False) -> str:
        """The statements that create it, as pg_dump prints them, with the inline `parts` inside.

        `shell` asks for the stand-in of a kind that has a `body_catalog`.
        """
        raise NotImplementedError

    def body(self, target: Target) -> str:
        """The statement that fills in a shell."""
        raise NotImplementedError

    def entries(self, parts: Sequence["Object"], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        """Its entries in a dump, in order."""
        sql = self.create(parts, target, shell=shell)
        return (Entry(desc=self.keyword, tag=self.tag, sql=sql, owned=self.owner is not None),)

    def clause(self, target: Target) -> str:
        """Its text inside its parent's CREATE, for what is `inline`: `CONSTRAINT "c" CHECK (("a" > 0))`.

        Of what `joins` too: empty where it has only statements `before_parent` and `after_parent`.
        """
        raise NotImplementedError

    def before_parent(self, target: Target) -> Iterator[str]:
        """The statements ahead of the one that adds its parent, for what `joins` it (CREATE SEQUENCE)."""
        del target
        yield from ()

    def after_parent(self) -> Iterator[str]:
        """The statements behind that one (ALTER SEQUENCE … OWNED BY)."""
        yield from ()

    def drop(self) -> str:
        """The statement that drops it."""
        return f"DROP {self.signature()};"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether only drop and create leads to `new`, although each attribute in `changed` can be altered."""
        del new, changed
        return False

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether altering it to `new` needs what depends on it out of the way first."""
        del new, changed
        return False

    def refused_while_stored(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether Postgres refuses to alter a type to `new` while a column holds values of it: it is then replaced.

        Asked only where a column does. Raises PgnormError where the values would not survive that.
        """
        del new, changed
        return False

    def loses_data(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether altering it to `new` may lose what is stored (a column of a narrower type)."""
        del new, changed
        return False

    def needs_commit(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether what altering it to `new` brings can be used only after a commit (an enum's new label)."""
        del new, changed
        return False

    def referrers_first(self, new: Self, changed: frozenset[str]) -> bool | None:
        """Whether what `refers` to it is altered before it (true) or after it (false), None where both will do."""
        del new, changed
        return None

    def set_aside(self, name: str) -> tuple[str, ...]:
        """The statements that rename it to `name`, so that its successor can be created while columns still use it.

        For what is not `disposable` but must be replaced: set aside, create the successor, move the columns over
        (`USING "c"::text::type`), drop the old one under its new name. Empty where there is no such way.
        """
        del name
        return ()

    def rebind(self, new: Self, target: Target) -> Iterator[str]:
        """The statements that move it from a type that was set aside to the successor of the same name."""
        raise NotImplementedError

    @property
    def finish(self) -> tuple[str, ...]:
        """What a migration runs after creating it, beyond a dump's text (REFRESH MATERIALIZED VIEW)."""
        return ()

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        """The statements that alter it to `new`. It takes from `changed` every name that it answers for."""
        del new, changed, target
        yield from ()

    @property
    def catch_up(self) -> tuple[str, ...]:
        """What a migration runs after creating it for a parent that may have rows (a sequence goes on after them)."""
        return ()


SATELLITES: Final = frozenset({"owner", "comment", "acl", "acl_default", "labels", "extensions"})
IDENTITY: Final = frozenset({"schema", "name", "detail"})


def own_fields(kind: type[Object]) -> tuple["attrs.Attribute[object]", ...]:
    """The fields that a kind itself declares: the columns of its query beside identity and satellites."""
    return tuple(field for field in attrs.fields(kind) if field.init and field.name not in SATELLITES | IDENTITY)


class Edge(NamedTuple):
    """`dependent` needs `referenced`. `body` is true where only the dependent's body (see `body_catalog`) needs it."""

    dependent: ObjectId
    referenced: ObjectId
    body: bool = False


@attrs.define(kw_only=True, slots=False)
class Catalog:
    """The typed objects of one source and what depends on what, read in one snapshot."""

    version: int
    """server_version_num of the server that said it."""
    server: str
    """The server's own words for its version: `15.18 (Debian 15.18-0+deb12u1)`."""
    role: str
    """The role that read it: current_user."""
    objects: Mapping[ObjectId, Object]
    edges: tuple[Edge, ...]
    unmodelled: tuple[tuple[str, str], ...] = ()
    """Objects that no kind reads: (what, name)."""

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    @cached_property
    def parts(self) -> Mapping[ObjectId, tuple[Object, ...]]:
        """What belongs to each object, in catalog order."""
        found: dict[ObjectId, list[Object]] = {}
        for item in self.objects.values():
            if item.parent is not None:
                found.setdefault(item.parent, []).append(item)
        return {owner: tuple(items) for owner, items in found.items()}

    @cached_property
    def needs(self) -> Mapping[ObjectId, frozenset[ObjectId]]:
        """What each object depends on."""
        found: dict[ObjectId, set[ObjectId]] = {}
        for edge in self.edges:
            found.setdefault(edge.dependent, set()).add(edge.referenced)
        return {dependent: frozenset(referenced) for dependent, referenced in found.items()}

    @cached_property
    def needed_by(self) -> Mapping[ObjectId, frozenset[ObjectId]]:
        """What depends on each object."""
        found: dict[ObjectId, set[ObjectId]] = {}
        for edge in self.edges:
            found.setdefault(edge.referenced, set()).add(edge.dependent)
        return {referenced: frozenset(dependent) for referenced, dependent in found.items()}


def on_relation(keyword: str, name: str, schema: str, relation: str) -> str:
    """How SQL names what belongs to a relation: `POLICY "p" ON "public"."t"`."""
    return f"{keyword} {ident(name)} ON {qualified(schema, relation)}"
