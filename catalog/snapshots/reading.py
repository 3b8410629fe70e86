"""A snapshot's text as a catalog again, each value checked: what is not as it should be is named with its place."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NoReturn

from ..cast_functions import with_cast_functions
from ..edges import ties
from ..errors import PgnormError
from ..kinds import KINDS
from ..model import Catalog, Edge, Object, ObjectId, RunTime
from ..model.declaring import Value
from ..model.facets import Converts
from .attributes import codecs, needed, own_codecs, secrets
from .parsing import AGAIN, LONGEST, UNHEARD_OF, brief, parsed
from .scalars import NOTHING, Codec, Mismatch
from .values import codec
from .writing import FORM, VERSION, reordered

HEAD: Final = {
    "server_version_num": codec(int),
    "server_version": codec(str),
    "role": codec(str),
    "schemas": codec(tuple[str, ...] | None),
    "namesakes": codec(tuple[str, ...] | None),
    "run_time": codec(RunTime | None),
    "unmodelled": codec(tuple[tuple[str, str], ...]),
}
OPTIONAL: Final = frozenset({"schemas", "namesakes", "run_time", "reading_order"})
MEMBERS: Final = (*HEAD, "attributes", "objects", "reading_order")
OLDEST: Final = 90_000
NEWEST: Final = 10_000_000
EDGES: Final = {"needs": False, "body_needs": True}
BESIDE: Final = {"kind": "", **EDGES}
"""The keys that an object has beside its attributes."""


class Snapshot(Value):
    """The contents of a snapshot."""

    catalog: Catalog
    schemas: tuple[str, ...] | None
    """The schemas that it was confined to, None for a whole one."""


def loads(text: str, label: str) -> Snapshot:
    """The catalog in the text of a snapshot, which messages call `label`.

    Raises PgnormError for a text that is no snapshot, or one of a newer pgnorm, and for each key, kind, attribute and
    value that is not as docs/snapshot.md has it.
    """
    try:
        return _Reader(label).read(parsed(text, label))
    except UNHEARD_OF as error:
        problem = "what it says of what belongs to what is not valid"
        raise PgnormError(problem, place=label, hint=AGAIN) from error


class _Reader:
    def __init__(self, label: str) -> None:
        self.label = label
        self.kinds = {kind.kind: kind for kind in KINDS}

    def read(self, document: Mapping[str, object]) -> Snapshot:
        version = document[FORM]
        if type(version) is not int or version < 1:
            self._refuse(FORM, "must be a version, a whole number from 1 on")
        if version > VERSION:
            raise PgnormError(
                f"the snapshot has form {version}, which a newer pgnorm wrote; this one reads up to form {VERSION}",
                place=self.label,
                hint="Use that pgnorm, or take the snapshot again with this one: pgnorm dump --json.",
            )
        self._only(document, (FORM, *MEMBERS), "", "key")
        for name in MEMBERS:
            if name not in document and name not in OPTIONAL:
                self._refuse("", f"the key `{name}` is missing")
        head = {name: self._value(one, document.get(name), name) for name, one in HEAD.items()}
        if not OLDEST <= _number(head["server_version_num"]) < NEWEST:
            self._refuse("server_version_num", "must be the version of a server of Postgres as it says it (160004)")
        if not str(head["server_version"]).isprintable():
            self._refuse("server_version", "must be one line of text")
        known = self._attributes(document["attributes"])
        objects, edges = self._objects(document["objects"])
        catalog = Catalog(
            version=_number(head["server_version_num"]),
            server=str(head["server_version"]),
            role=str(head["role"]),
            objects=objects,
            edges=edges,
            unmodelled=_pairs(head["unmodelled"]),
            namesakes=_names(head["namesakes"]),
            left_out=frozenset(kind for kind in self.kinds if kind not in known),
            run_time=said if isinstance(said := head["run_time"], RunTime) else RunTime(),
        )
        if "reading_order" in document:
            catalog = self._in_order(catalog, document["reading_order"])
        return Snapshot(
            catalog=catalog,
            schemas=None if head["schemas"] is None else _names(head["schemas"]),
        )

    def _attributes(self, said: object) -> frozenset[str]:
        """The kinds that were read when it was taken, with the attributes that are attributes still."""
        if not isinstance(said, dict):
            self._refuse("attributes", "must be an object")
        for name, value in said.items():
            place = f"attributes.{name}"
            kind = self._kind(name, place)
            names = self._value(codec(tuple[str, ...]), value, place)
            assert isinstance(names, tuple)
            now = own_codecs(kind)
            self._only(names, now, place, f"attribute of a {name}")
            for missing in (one for one in now if one not in names and one in needed(kind)):
                self._refuse(place, f"it was taken by a pgnorm that did not read the attribute `{missing}`")
        return frozenset(said)

    def _objects(self, said: object) -> tuple[dict[ObjectId, Object], tuple[Edge, ...]]:
        if not isinstance(said, list):
            self._refuse("objects", "must be an array")
        objects: dict[ObjectId, Object] = {}
        needs: list[tuple[str, ObjectId, object, bool]] = []
        for place, values in enumerate(said):
            path = f"objects[{place}]"
            item = self._object(values, path)
            if item.id in objects:
                self._refuse(path, f"the {item.kind} {item.label} stands here twice")
            objects[item.id] = item
            needs += [(f"{path}.{key}", item.id, values[key], body) for key, body in EDGES.items() if key in values]
        edges: list[Edge] = []
        tied = ties(objects.values())
        for item in objects.values():
            if item.parent in objects:
                edges.append(Edge(item.id, item.parent, tied=(item.id, item.parent) in tied))
            elif item.placement.inside:
                self._refuse("objects", f"what the {item.kind} {item.label} is a part of is missing")
        made = {name for name, item in objects.items() if item.made_by_parent}
        for path, dependent, names, body in needs:
            for name in self._names(names, path, objects):
                among = (dependent in made and name in made) or isinstance(objects[name], Converts)
                edges.append(Edge(dependent, name, body, among or (dependent, name) in tied))
        found = tuple(dict.fromkeys(edges))
        casts = any(isinstance(item, Converts) for item in objects.values())
        if casts and not any(item.cast_functions for item in objects.values()):
            # It may have been taken by a pgnorm that did not read them.
            objects, found = with_cast_functions(objects, found)
        return objects, tuple(sorted(found))

    def _object(self, said: object, path: str) -> Object:
        if not isinstance(said, dict):
            self._refuse(path, "must be an object")
        if not isinstance(said.get("kind"), str):
            self._refuse(path, "the key `kind` is missing, or no string")
        kind = self._kind(said["kind"], f"{path}.kind")
        known = codecs(kind)
        values: dict[str, object] = {**secrets(kind)}
        for name, one in known.items():
            if name in said and (name != "name" or said[name] != ""):
                values[name] = self._value(one, said[name], f"{path}.{name}")
            elif one.empty is NOTHING or name == "name":
                self._refuse(path, f"the attribute `{name}` of a {kind.kind} is missing")
            else:
                values[name] = one.empty
        self._only(said, {**known, **BESIDE}, path, f"attribute of a {kind.kind}")
        return kind(**values)  # type: ignore[arg-type]  # the codecs made each value of its attribute's type

    def _in_order(self, catalog: Catalog, said: object) -> Catalog:
        path = "reading_order"
        if not isinstance(said, dict) or set(said) != {"objects", "edges"} or not isinstance(said["edges"], list):
            self._refuse(path, "must be an object with the keys `objects` and `edges`")
        order = list(self._names(said["objects"], f"{path}.objects", catalog.objects))
        edges: list[Edge] = []
        known = {edge[:3]: edge for edge in catalog.edges}
        for place, value in enumerate(said["edges"]):
            at = f"{path}.edges[{place}]"
            if not isinstance(value, list) or len(value) != 3 or not isinstance(value[2], bool):
                self._refuse(at, "must be an array of two names and true or false")
            dependent, referenced = self._names(value[:2], at, catalog.objects)
            edge = Edge(dependent, referenced, value[2])
            edges.append(known.get(edge[:3], edge))
        if len(set(order)) < len(order) or len(set(edges)) < len(edges) or not set(edges) <= set(catalog.edges):
            self._refuse(path, "must name each object and each need once")
        return reordered(catalog, order, edges)

    def _names(self, said: object, path: str, known: Mapping[ObjectId, Object]) -> Iterator[ObjectId]:
        if not isinstance(said, list):
            self._refuse(path, "must be an array of names")
        for place, words in enumerate(said):
            if (
                not isinstance(words, list)
                or len(words) not in (3, 4)
                or not all(isinstance(one, str) for one in words)
            ):
                self._refuse(f"{path}[{place}]", "must be an array of kind, schema, name and maybe detail")
            name = ObjectId(*words)
            if name not in known:
                self._refuse(f"{path}[{place}]", f"there is no {_words(name)} in the snapshot")
            yield name

    def _kind(self, name: str, path: str) -> type[Object]:
        if name not in self.kinds:
            self._refuse(path, f"there is no kind `{brief(name)}`", near=(name, tuple(self.kinds)))
        return self.kinds[name]

    def _value(self, one: Codec, said: object, path: str) -> object:
        try:
            return one.decode(said)
        except Mismatch as error:
            self._refuse(f"{path}{error.path}", error.problem)

    def _only(
        self,
        said: Sequence[str] | Mapping[str, object],
        known: Sequence[str] | Mapping[str, object],
        path: str,
        what: str,
    ) -> None:
        for name in said:
            if name not in known:
                self._refuse(path, f"there is no {what} called `{brief(name)}`", near=(name, tuple(known)))

    def _refuse(self, path: str, problem: str, *, near: tuple[str, Sequence[str]] | None = None) -> NoReturn:
        close = difflib.get_close_matches(*near, n=1) if near and len(near[0]) <= LONGEST else []
        hint = f"Did you mean `{close[0]}`? Else: {AGAIN[0].lower()}{AGAIN[1:]}" if close else AGAIN
        raise PgnormError(problem, place=f"{self.label}: {path}" if path else self.label, hint=hint)


def _words(name: ObjectId) -> str:
    return f"{name.kind} {'.'.join(word for word in (name.schema, name.detail, name.name) if word)}"


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    assert isinstance(value, tuple)
    return tuple((what, name) for what, name in value)


def _names(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
