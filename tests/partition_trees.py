"""Trees of partitions with their indexes and foreign keys, and what can become of them: the cross product of depth,
kind of index, where it was made, what refers to what, and the change, as pairs of schemas."""

from collections.abc import Iterator
from itertools import product
from typing import Final, Literal

from attrs import evolve, frozen

Backing = Literal["none", "primary key", "unique", "unique index", "index"]
Made = Literal["on the whole", "on each", "on leaves", "beside", "as leaf keys"]
"""Where: on the whole, which gives it to all; on each table, adopted as it is attached; on the leaves alone; on the
leaves beside the like of the whole; on the leaves as their primary keys, adopted by the unique index of the whole."""
Reference = Literal["none", "from", "from each", "from leaves", "to", "to a leaf", "self", "self of each"]

COLUMNS: Final = "abc"
KEY: Final = "(a, b, c)"
DEPTHS: Final = (1, 2, 3)
UNIQUE: Final[tuple[Backing, ...]] = ("primary key", "unique", "unique index")
INDEX: Final[Backing] = "index"
PLACES: Final[tuple[Made, ...]] = ("on the whole", "on each", "on leaves")
BACKINGS: Final[tuple[tuple[Backing, Made], ...]] = (
    ("none", "on the whole"),
    *product((*UNIQUE, INDEX), PLACES),
    ("index", "beside"),
    ("unique index", "as leaf keys"),
)


@frozen(kw_only=True)
class Tree:
    """The table `t`, its partitions `t_1` and `t_2`, those of `t_1`, …, down to `depth`; each level has the next column
    as its key."""

    depth: int
    backing: Backing
    made: Made
    reference: Reference = "none"
    strategy: str = "list"

    @property
    def chain(self) -> tuple[str, ...]:
        """The tables from the whole down to one leaf."""
        return tuple("_".join(["t", *["1"] * level]) for level in range(self.depth + 1))

    @property
    def leaves(self) -> tuple[str, ...]:
        return (self.chain[-1], "t_2")

    @property
    def name(self) -> str:
        return f"{self.depth}-{self.backing} {self.made}-{self.reference}"

    def sql(self) -> str:
        """The statements that make it."""
        return "\n".join(self._statements())

    def _statements(self) -> Iterator[str]:
        whole, *parts = self.chain
        if self.reference.startswith("from"):
            yield "create table r (id int primary key);"
        yield f"create table t ({self._columns()}) partition by {self.strategy} (a);"
        if self.made != "on leaves":
            yield self._index(whole)
        if self.reference in ("from", "self"):
            yield self._foreign_key(whole)
        for level, part in enumerate(parts, 1):
            yield from self._part(part, f"partition by list ({COLUMNS[level]})" if level < self.depth else "")
        yield from self._part("t_2", "")
        if self.reference in ("from each", "self of each"):
            yield self._foreign_key(whole)
        for level in range(self.depth, 0, -1):
            yield self.attach(level)
        yield f"alter table t attach partition t_2 {self._bound(1, 2)};"
        if self.reference in ("to", "to a leaf"):
            used = whole if self.reference == "to" else self.chain[-1]
            yield f"create table q (a int, b int, c int, foreign key {KEY} references {used} {KEY});"

    def _columns(self) -> str:
        null = " not null" if "primary key" in self.backing or self.made == "as leaf keys" else ""
        return ", ".join(f"{column} int{null}" for column in COLUMNS) + ", x int, y int, z int"

    def _part(self, part: str, key: str) -> Iterator[str]:
        yield f"create table {part} ({self._columns()}) {key};"
        leaf = not key
        if self.made == "on each" or (leaf and self.made != "on the whole"):
            yield self._index(part)
        if self.made == "beside" and leaf:
            yield f"create index beside_{part} on {part} {KEY};"
        if self.reference in ("from each", "self of each") or (leaf and self.reference == "from leaves"):
            yield self._foreign_key(part)

    def _index(self, table: str) -> str:
        own = f"own_{table}"
        if self.made == "as leaf keys" and table in self.leaves:
            return f"alter table {table} add constraint {own} primary key {KEY};"
        if self.backing == "none" or (self.made == "as leaf keys" and table != "t"):
            return ""
        if self.backing.endswith("index"):
            return f"create {self.backing} {own} on {table} {KEY};"
        return f"alter table {table} add constraint {own} {self.backing} {KEY};"

    def _foreign_key(self, table: str) -> str:
        name = f"fk_{table}" if "each" in self.reference else "fk"
        if self.reference.startswith("self"):
            return f"alter table {table} add constraint {name} foreign key (x, y, z) references t {KEY};"
        return f"alter table {table} add constraint {name} foreign key (x) references r;"

    def _bound(self, level: int, value: int, *, more: bool = False) -> str:
        if level == 1 and self.strategy == "range":
            return f"for values from ({value}) to ({value + 1})"
        return f"for values in ({value}{', 7' if more else ''})"

    def attach(self, level: int, *, whole: str | None = None, more: bool = False) -> str:
        """The statement that attaches the partition of the chain at this level."""
        above = whole or self.chain[level - 1]
        return f"alter table {above} attach partition {self.chain[level]} {self._bound(level, 1, more=more)};"

    def detach(self, level: int) -> str:
        """The statement that detaches it."""
        return f"alter table {self.chain[level - 1]} detach partition {self.chain[level]};"


def trees() -> Iterator[Tree]:
    """Each tree that Postgres takes."""
    for depth, (backing, made) in product(DEPTHS, BACKINGS):
        plain = Tree(depth=depth, backing=backing, made=made)
        references: list[Reference] = ["none", "from", "from each"]
        if backing in UNIQUE:
            references += ["to a leaf"] if made == "on leaves" else ["to", "self", "self of each"]
        yield from (evolve(plain, reference=reference) for reference in references)


def changes(tree: Tree) -> Iterator[tuple[str, str]]:
    """What can become of a tree: (name, the statements that make the other state)."""
    base = tree.sql()
    for level in range(1, tree.depth + 1):
        apart = f"{base}\n{tree.detach(level)}"
        yield f"apart {level}", apart
        yield f"absent {level}", f"{apart}\ndrop table {tree.chain[level]} cascade;"
        yield f"other bounds {level}", f"{apart}\n{tree.attach(level, more=tree.strategy == 'list')}"
        other = f"create table u (a int, b int, c int, x int, y int, z int) partition by list ({COLUMNS[level - 1]});"
        yield f"elsewhere {level}", f"{apart}\n{other}\n{tree.attach(level, whole='u')}"
    yield "the whole gone", f"{base}\n{tree.detach(1)}\nalter table t detach partition t_2;\ndrop table t cascade;"
    yield "all gone", "select 1;"
    yield "anew", evolve(tree, strategy="range").sql()
    if tree.backing != "none" and tree.made != "on leaves":
        kept = _without_backing(tree)
        yield "without the index of the whole", kept.sql()
    if tree.reference not in ("none", "to a leaf"):
        own: Reference = "from leaves" if tree.reference == "from each" else "none"
        yield "without the foreign key of the whole", evolve(tree, reference=own).sql()


def _without_backing(tree: Tree) -> Tree:
    """What is left once only the leaves have what they brought along."""
    needy = tree.reference in ("to", "self", "self of each")
    reference: Reference = "none" if needy else tree.reference
    if tree.made == "on the whole":
        return evolve(tree, backing="none", reference=reference)
    backing: Backing = "primary key" if tree.made == "as leaf keys" else tree.backing
    return evolve(tree, backing=backing, made="on leaves", reference=reference)
