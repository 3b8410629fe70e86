"""What is not as it should be in a snapshot is named, with its place and a way out."""

import json
from collections.abc import Callable
from typing import Final

import pytest

from pgnorm.catalog.acl import AclItem
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.schemas import Schema
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Edge
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps

HOME: Final = Schema(
    schema="", name="s", owner="o", initdb_acl=(), acl=(AclItem("", "U", "o"), AclItem('a "b"', "U*C", "o"))
)
TABLE: Final = Table(
    schema="s",
    name="t",
    comment="two\nlines",
    unlogged=False,
    partition_key=None,
    access_method="heap",
    settable_method=True,
    tablespace="",
    options=("fillfactor=70",),
    toast_options=(),
    replica_identity="d",
    force_row_security=False,
)
CATALOG: Final = Catalog(
    version=150018,
    server="15.18",
    role="o",
    objects={HOME.id: HOME, TABLE.id: TABLE},
    edges=(Edge(TABLE.id, HOME.id),),
    unmodelled=(("thing", "of ours"),),
)
Document = dict[str, "str | int | list[Document] | Document"]


def test_it_is_read_as_it_was_written() -> None:
    text = dumps(CATALOG, schemas=("s",))
    found = loads(text, "x.json")
    assert (found.catalog, found.schemas) == (CATALOG, ("s",))
    assert text.endswith(
        """
    {
      "kind": "table",
      "schema": "s",
      "name": "t",
      "comment": [
        "two",
        "lines"
      ],
      "access_method": "heap",
      "settable_method": true,
      "options": ["fillfactor=70"],
      "replica_identity": "d",
      "needs": [["schema", "", "s"]]
    }
  ]
}
"""
    )


def _refused(text: str) -> PgnormError:
    with pytest.raises(PgnormError) as raised:
        loads(text, "x.json")
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"pgnorm_snapshot": 1', '"pgnorm_snapshot": 2', "x.json: the snapshot has form 2, which a newer pgnorm wrote"),
        ('"pgnorm_snapshot": 1', '"pgnorm_snapshot": "1"', "x.json: pgnorm_snapshot: must be a version"),
        ('"pgnorm_snapshot": 1', '"other": 1', "x.json: the file is no snapshot of pgnorm"),
        ('"role": "o"', '"role": ["o", 1]', "x.json: role: must be a string"),
        ('"role": "o"', '"rule": "o"', "x.json: there is no key called `rule`"),
        ('"server_version_num": 150018', '"server_version_num": 15.18', "server_version_num: must be a whole number"),
        ('  "role": "o",\n', "", "x.json: the key `role` is missing"),
        ('  "role": "o",\n', '"role": "o", "role": "o",\n', 'x.json: "role" stands twice in one object'),
        ('  "role": "o",\n', "<<<<<<< ours\n", "x.json:5:1: the file is not JSON"),
        ('["thing", "of ours"]', '["thing"]', "x.json: unmodelled[0]: must be an array of 2"),
        ('"kind": "table"', '"kind": "tabel"', "x.json: objects[1].kind: there is no kind `tabel`"),
        ('      "kind": "table",\n', "", "x.json: objects[1]: the key `kind` is missing"),
        ('      "name": "t",\n', "", "x.json: objects[1]: the attribute `name` of a table is missing"),
        ('"name": "t"', '"name": null', "x.json: objects[1].name: must be a string"),
        ('"name": "t"', '"name": "t", "unloged": true', "there is no attribute of a table called `unloged`"),
        ('"name": "t"', '"name": "t", "unlogged": 1', "x.json: objects[1].unlogged: must be true or false"),
        ('["fillfactor=70"]', '["a=b", 70]', "x.json: objects[1].options[1]: must be a string"),
        ('["fillfactor=70"]', '"fillfactor=70"', "x.json: objects[1].options: must be an array"),
        ('"=U/o"', '"=U"', "x.json: objects[0].acl[0]: not an aclitem: =U"),
        ('[["schema", "", "s"]]', '[["schema", "", "q"]]', "objects[1].needs[0]: there is no schema q in the snapshot"),
        ('[["schema", "", "s"]]', '[["schema", "s"]]', "x.json: objects[1].needs[0]: must be an array of kind,"),
        ('"table": ["unlogged", ', '"table": [', "attributes.table: it was taken by a pgnorm that did not read"),
        ('"table": ["unlogged", ', '"table": ["colour", "unlogged", ', "no attribute of a table called `colour`"),
        ('"table": ["unlogged", ', '"tabel": ["unlogged", ', "x.json: attributes.tabel: there is no kind `tabel`"),
        ('"kind": "table"', '"kind": "schema"', "there is no attribute of a schema called `access_method`"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, said: str) -> None:
    text = dumps(CATALOG)
    assert text.count(before) == 1
    error = _refused(text.replace(before, after))
    assert said in f"{error.place}: {error.message}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda known: known["objects"].append(known["objects"][0]), "objects[2]: the schema s stands here twice"),
        (lambda known: known.update(objects={}), "objects: must be an array"),
        (lambda known: known.update(objects=[1]), "objects[0]: must be an object"),
        (lambda known: known.update(attributes=[]), "attributes: must be an object"),
        (lambda known: known.update(reading_order={"objects": []}), "reading_order: must be an object with the keys"),
        (
            lambda known: known.update(reading_order={"objects": [], "edges": [[1, 2]]}),
            "reading_order.edges[0]: must be an array of two names",
        ),
        (
            lambda known: known.update(reading_order={"objects": [["schema", "", "s"]] * 2, "edges": []}),
            "reading_order: must name each object and each need once",
        ),
        (
            lambda known: known["objects"].append({"kind": "column", "name": "c", "number": 1, "statistics": -1}),
            "what the column c is a part of is missing",
        ),
        (
            lambda known: known["objects"].append({"kind": "column", "name": "c", "number": 1}),
            "the attribute `statistics` of a column is missing",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(change: Callable[[Document], None], said: str) -> None:
    document = json.loads(dumps(CATALOG))
    change(document)
    error = _refused(json.dumps(document))
    assert said in f"{error.place}: {error.message}"


@pytest.mark.parametrize("text", ["", "null", "[]", "[" * 100_000, '{"objects": []}'])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    assert _refused(text).place


def test_kinds_that_nothing_read_then_are_told() -> None:
    document = json.loads(dumps(CATALOG))
    del document["attributes"]["policy"]
    catalog = loads(json.dumps(document), "x.json").catalog
    assert catalog.left_out == {"policy"}
    assert loads(dumps(catalog), "x.json").catalog == catalog
