"""The contract of a kind: its query's columns are its fields, each field says what a change means, and nothing else
knows which kinds exist."""

import ast
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from pgnorm.catalog import kinds
from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.model import IDENTITY, SATELLITES, Object, Placement, own_fields
from pgnorm.catalog.model.facets import Bodied, Converts, Facet
from pgnorm.catalog.model.named import Named
from pgnorm.catalog.model.traits import Traits
from pgnorm.catalog.pinning import PATH, PINNED
from pgnorm.normalizer.postgres.shadow import Shadow

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "fixtures" / "kinds"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
FOLDERS = ("catalog", "normalizer", "cli")
# Words of SQL and of pg_dump, which kinds are called by too: of GRANT, of bodies and expressions, of pg_dump's headers;
# what a project says by kind in its settings; and words without a plural.
OF_SQL = {
    "catalog/counting.py",
    "catalog/privileges.py",
    "catalog/unmodelled.py",
    "normalizer/compare/body_names.py",
    "normalizer/compare/mentions.py",
    "normalizer/compare/synonyms.py",
    "normalizer/dump/layouts.py",
    "normalizer/dump/operator_path.py",
    "normalizer/proof/pg_dump.py",
    "normalizer/proof/rows.py",
}
GENERIC = sorted(
    str(path.relative_to(ROOT))
    for pattern in (
        "catalog/*.py",
        "catalog/model/*.py",
        "catalog/snapshots/*.py",
        "normalizer/*.py",
        "normalizer/compare/*.py",
        "normalizer/dump/*.py",
        "normalizer/plan/*.py",
        "normalizer/proof/*.py",
    )
    for path in ROOT.glob(pattern)
    if str(path.relative_to(ROOT)) not in OF_SQL
)
"""Where no kind is known by name."""

_OF_BASES = {f"pgnorm.catalog.model.{name}" for name in ("alterable", "led", "named", "object", "traits")}

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


def _module(kind: type[Object]) -> str:
    return kind.__module__.rpartition(".")[2]


def _declared() -> Iterator[type[Object]]:
    """The classes of the kinds' modules that name a kind."""
    for module in pkgutil.iter_modules(kinds.__path__):
        for _, found in inspect.getmembers(import_module(f"{kinds.__name__}.{module.name}"), inspect.isclass):
            if issubclass(found, Object) and "kind" in vars(found):
                yield found


def test_every_kind_is_listed_once() -> None:
    assert set(_declared()) == set(KINDS), "KINDS in catalog/kinds/__init__.py lacks one"
    assert len({kind.kind for kind in KINDS}) == len(KINDS)


@every_kind
def test_each_field_says_what_its_change_means(kind: type[Object]) -> None:
    silent = [field.name for field in own_fields(kind) if field.change is None]
    assert not silent, "alter(), replace(), equal() or another of model/changes.py says what a change means"


@pytest.fixture(scope="module")
def empty(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A connection to a database of nobody's, in a transaction that is settled as those of readings are."""
    with shadow.session() as session:
        session.connection.execute(PATH)
        session.connection.execute(PINNED)
        yield session.connection


@every_kind
def test_the_columns_of_the_query_are_the_fields(kind: type[Object], empty: psycopg.Connection) -> None:
    cursor = empty.execute(kind.query(empty.info.server_version))
    columns = [column.name for column in cursor.description or ()]
    head = ["oid", *["subid"] * ("subid" in columns), *["calls"] * issubclass(kind, Converts)]
    assert columns[: len(head)] == head
    rest = columns[len(head) :]
    assert rest[: len(IDENTITY)] == ["schema", "name", "detail"]
    satellites = [name for name in rest if name in SATELLITES]
    own = [name for name in rest if name not in SATELLITES | IDENTITY]
    assert sorted(own) == sorted(field.name for field in own_fields(kind))
    assert set(satellites) <= {"owner", "acl", "acl_default"}, (
        "comments, labels and extensions are read for all at once"
    )
    assert ("acl" in satellites) == ("acl_default" in satellites)
    assert len(rest) == len(set(rest)) <= len(kind.declared_fields)


@every_kind
def test_what_has_an_entry_in_a_dump_says_by_which_statements(kind: type[Object]) -> None:
    told = "defined_by names the statement of its entry, as pglast.parser.parse_sql_json calls it"
    assert kind.defined_by or kind.placement.inseparable or kind.made_by_parent, told


@every_kind
def test_its_catalog_exists(kind: type[Object], empty: psycopg.Connection) -> None:
    for name in (kind.catalog, *([kind.body_catalog] if issubclass(kind, Bodied) else [])):
        found = empty.execute("select to_regclass('pg_catalog.' || %s) is not null", [name]).fetchone()
        # On a server that is too old for a kind its query finds nothing on purpose.
        assert found == (True,) or kind.query(empty.info.server_version).endswith("where false")


@every_kind
def test_what_is_printed_inside_another_names_it(kind: type[Object]) -> None:
    if kind.placement.inseparable:
        assert kind.parent is not Object.parent


@every_kind
def test_it_has_fixtures(kind: type[Object]) -> None:
    cases = [path.parent for path in (FIXTURES / _module(kind)).glob("*/old.sql")]
    assert cases, f"fixtures/kinds/{_module(kind)} has no old.sql: see docs/contributing.md"
    assert all((case / "new.sql").is_file() for case in cases)


def test_fixtures_belong_to_kinds() -> None:
    assert {path.name for path in FIXTURES.iterdir()} <= {_module(kind) for kind in KINDS}


@pytest.mark.parametrize("path", GENERIC)
def test_generic_code_names_no_kind(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    classes = {kind.__name__ for kind in KINDS}
    modules = {_module(kind) for kind in KINDS}
    # `schema` is also a field of every object.
    words = {word for kind in KINDS for word in (kind.kind, kind.keyword)} - IDENTITY
    named = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and "kinds" in (node.module or "").split("."):
            named += [f"import of {alias.name}" for alias in node.names if alias.name != "KINDS"]
        elif isinstance(node, ast.ImportFrom):
            named += [f"import of {alias.name}" for alias in node.names if alias.name in modules and not node.module]
        elif isinstance(node, ast.Name) and node.id in classes:
            named.append(node.id)
        elif isinstance(node, ast.MatchValue | ast.Compare | ast.Call | ast.Dict | ast.Set | ast.Tuple | ast.List):
            constants = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.Constant))
            named += [repr(child.value) for child in constants if child.value in words]
    assert not named, "the kind says what is to be known of it: a trait, a field, a facet (docs/architecture.md)"


def test_each_member_of_the_base_has_implementers() -> None:
    """What fewer than three kinds have to say is a facet that they have (`catalog.model.facets`)."""
    bases = [base for base in Object.__mro__ if issubclass(base, Named | Traits) and base.__module__ in _OF_BASES]
    names = {name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    members = {name for name in names if not name.startswith("_")} - {field.name for field in Object.declared_fields}
    members -= {"declared_fields", "declared_defaults", "compared", "many"}  # how values are made
    implementers = {name: [kind for kind in KINDS if _source(kind, name) not in bases] for name in members}
    assert {name: kinds for name, kinds in implementers.items() if len(kinds) < 3} == {"id": []}
    assert len(members) <= 57


def test_each_facet_is_whole() -> None:
    """A facet comes before `Object` among the bases: what it only declares must not hide what is inherited."""
    missing = []
    for kind in KINDS:
        for facet in (base for base in kind.__mro__ if base.__module__.endswith("facets") and base is not Facet):
            for name in (*vars(facet), *vars(facet).get("__annotations__", {})):
                source = _source(kind, name)
                if not name.startswith("_") and (source is None or source.__module__ == facet.__module__):
                    missing.append(f"{kind.kind}: {name} of {facet.__name__}")
    assert missing == []


def test_each_facet_of_the_contract_is_asked_for_by_the_engine() -> None:
    """What kinds alone ask for is no facet of the contract: they name each other."""
    facets = {
        base.__name__
        for kind in KINDS
        for base in kind.__mro__
        if issubclass(base, Facet) and base.__module__.startswith("pgnorm.catalog.model.") and base is not Facet
    }
    asked: set[str] = set()
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        if ROOT / "catalog/kinds" not in path.parents and any(name in path.read_text() for name in facets - asked):
            asked |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert facets
    assert facets - asked == set()


def test_placements_are_those_of_the_docs() -> None:
    """`docs/architecture.md` names each kind that is not ALONE, behind those of its placement or where some are."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\| ([^|]*)\|$", ARCHITECTURE.read_text(), re.MULTILINE)
    assert [name for name, *_ in rows] == [placement.name for placement in Placement]
    always = {placement: {*found.strip().split(", ")} - {""} for placement, found, _ in rows}
    some = ", ".join(words for *_, words in rows)
    placements = {kind.kind: inspect.getattr_static(kind, "placement") for kind in KINDS}
    for placement in Placement:
        found = {name for name, said in placements.items() if said is placement}
        assert placement is Placement.ALONE or found == always[placement.name], "the table of docs/architecture.md"
    by_state = [kind for kind in KINDS if not isinstance(placements[kind.kind], Placement)]
    assert by_state
    assert [kind.kind for kind in by_state if kind.kind not in some or kind.placement is not Placement.ALONE] == []


def _source(kind: type[Object], name: str) -> type | None:
    return next((base for base in kind.__mro__ if name in vars(base)), None)


def test_packages_are_the_folders() -> None:
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    below = [f"pgnorm.{'.'.join(folder.parts)}" for folder in folders]
    assert sorted(packaging["packages"]) == sorted(["pgnorm", *below])
