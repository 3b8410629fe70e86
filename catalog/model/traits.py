"""Traits of a kind as such: the class attributes of its contract."""

from typing import ClassVar, LiteralString

from .placement import Placement


class Traits:
    """Traits of every object of a kind. A kind sets those that differ for it."""

    __slots__ = ()

    kind: ClassVar[str]
    """The word of `ObjectId.kind`, as a person reads it."""
    keyword: ClassVar[str]
    """The word SQL has for it: `TABLE` in `DROP TABLE`, `COMMENT ON TABLE`, `ALTER TABLE … OWNER TO`."""
    catalog: ClassVar[str]
    """The system catalog that pg_depend and pg_description name it by, which need not be that of its query."""
    defined_by: ClassVar[tuple[str, ...]] = ()
    """The statements that a dump defines it with, as Postgres' parser calls them (parsenodes.h), the one that makes it
    first: `CreateStatsStmt`, `AlterStatsStmt`. None for what has no entry of its own."""
    priority: ClassVar[int]
    """Its rank in pg_dump's order (pg_dump_sort.c, dbObjectTypePriorities): see `priority.Priority`."""
    presence: ClassVar[LiteralString] = ""
    """The words behind FROM in a question whether there may be any, where that is much cheaper than its own query
    and the answer often no: `pg_cast where oid >= 16384`."""
    placement: ClassVar[Placement] = Placement.ALONE
    """Where it is printed: in a statement of its own, or with its parent (a column). See `by_state` for a kind of which
    some are here and some there."""
    labelled_with_parent: ClassVar[bool] = False
    """Its security labels stand in one entry with its parent's, behind the comments of both (a table's column). pg_dump
    prints none of any other part."""
    made_by_parent: ClassVar[bool] = False
    """There as long as its parent is; an object only where something is said of it (an extension's function)."""
    owned_as_table: ClassVar[bool] = False
    """pg_dump says ALTER TABLE … OWNER TO of it until it learned the object's own word (see OWN_WORD_SINCE)."""
    guarded: ClassVar[str] = ""
    """The form of `CREATE keyword` that may be run twice, empty where there is none (`CREATE TABLE IF NOT EXISTS`)."""
    postponable: ClassVar[bool] = False
    """May follow the constraints and indexes where a loop demands it (a function, a materialized view)."""
    project_owned_anywhere: ClassVar[bool] = False
    """A project may add one to what its platform manages (a trigger on `auth.users`)."""
    bystander: ClassVar[bool] = False
    """Has a say in statements about what it does not depend on, nor that on it: a cast, the default operator class of a
    type, an extension with functions of its own."""
    overloaded: ClassVar[bool] = False
    """Of those of one name each call takes the one that its arguments fit best: with another it may take that."""
    renamable: ClassVar[bool] = False
    """`ALTER … RENAME TO` gives it another name."""
    stands_aside: ClassVar[bool] = False
    """Renamed where it must be replaced and something is stored in it, or is of it, so that its successor can be
    created meanwhile: what is stored is moved over (`USING "c"::text::type`), and it is dropped under its new name."""
    whole_only: ClassVar[bool] = False
    """None of chosen schemas has it, although it has a `namespace` (a table's place in a publication): `pg_dump -n`
    leaves it out. What has no `namespace` needs no such mark."""
    ownable: ClassVar[bool] = True
    """True if ALTER … OWNER TO can change its `owner` (default privileges belong to their role for good)."""
    default_acl_type: ClassVar[str] = ""
    """pg_default_acl.defaclobjtype of the default privileges that a new one gets, empty where there are none."""
