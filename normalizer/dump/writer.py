"""A catalog as SQL: byte for byte what pg_dump prints, or in the style of a platform's own dump."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from pgnorm.catalog.acl import AclItem
from pgnorm.catalog.model import Catalog, Entry, Object, ObjectId, Placement, Printing, Target
from pgnorm.catalog.model.dump_facets import BeginsWith, ExtensionsWithParent, Last, Unremarked
from pgnorm.catalog.model.facets import Bodied, Shelled, acl_header, grant_prefix
from pgnorm.catalog.ordering import BODY_NAME, Arrangement, Form, arrange
from pgnorm.catalog.privileges import acl_commands
from pgnorm.catalog.quoting import ident, remark

from ..compare.difference import effective_acl, inside
from ..compare.selection import Selection
from .operator_path import reaching
from .remarks import comment, in_one_line, remarks
from .restricting import restricted, unrestricted
from .session_settings import NO_PATH, UNCHECKED, USUAL_PATH, settings
from .styles import PG_DUMP, Style
from .withdrawing import withdrawal

DEPENDS_ON_ITS_OWN_PARAGRAPH: Final = 17
"""From this major on pg_dump leaves a blank line before ALTER … DEPENDS ON EXTENSION and ends no line after it."""
REMARKS: Final = frozenset({"COMMENT", "SECURITY LABEL"})
_ACCESS_METHOD: Final = "heap"
"""The one that tables have where nobody chose another."""


def render(
    catalog: Catalog,
    selection: Selection,
    style: Style = PG_DUMP,
    *,
    target: Target | None = None,
    below: Catalog | None = None,
) -> str:
    """The whole dump of what `selection` names, as pg_dump writes it unless `target` says who is to read it. What
    `below`, the baseline that it is loaded on, would grant beyond what it says is taken away first.

    Raises PgnormError where a pattern of the selection names no schema.
    """
    target = target or Target(major=catalog.major, role=catalog.role, named_schemas=bool(selection.include))
    writer = Writer(catalog, selection, style, arrange(catalog), target)
    granting = list(whole(chosen := writer.chosen()))
    taken = withdrawal(catalog, below, granting).defaults if below else ()
    return writer.write(chosen, granting, tuple(filter(selection.takes, taken)))


Printed: TypeAlias = tuple[Object, Form]


def whole(chosen: Iterable[Printed]) -> Iterator[Object]:
    """The objects among what is printed, each once."""
    return (item for item, form in chosen if form is Form.WHOLE)


class Writer:
    """Writes a dump, or one file of several, into `out`."""

    def __init__(
        self, catalog: Catalog, selection: Selection, style: Style, arrangement: Arrangement, target: Target
    ) -> None:
        self.catalog = catalog
        self.selection = selection
        self.style = style
        self.arrangement = arrangement
        self.out: list[str] = []
        self.target = target
        self.parts: dict[ObjectId, tuple[Object, ...]] = {}
        self.tablespace: str | None = None
        self.access_method: str | None = None
        self.path = NO_PATH

    def write(
        self, definitions: Sequence[Printed], privileges: Iterable[Object], withdrawn: Iterable[Object] = ()
    ) -> str:
        """The text with these definitions, the privileges of these objects behind them, and before all else the
        statements that take those of `withdrawn` away."""
        self._comment("--\n-- PostgreSQL database dump\n--\n")
        self.out.append(f"\n{restricted(self.style.restrict_key)}\n")
        self._comment(f"{remark(f'Dumped from database version {self.catalog.server}')}\n")
        self.out.append("\n")
        self._settings()
        for item in withdrawn:
            self._grants(item, effective_acl(item), item.acl_default)
        self._passage(definitions, privileges)
        self._comment("--\n-- PostgreSQL database dump complete\n--\n")
        self.out.append(f"\n{unrestricted(self.style.restrict_key)}\n{self.style.tail}")
        return "".join(self.out)

    def write_passage(
        self,
        definitions: Sequence[Printed],
        privileges: Iterable[Object],
        withdrawn: Iterable[Object] = (),
        *,
        unchecked: bool = False,
        empty_path: bool = False,
    ) -> str:
        """The text with these alone, for a session with Postgres' own settings, which it leaves as they were; with
        `unchecked`, bodies may name what comes later, with `empty_path` all is read in an empty search_path. Empty for
        nothing."""
        self.path = NO_PATH if empty_path else USUAL_PATH
        self.tablespace, self.access_method = "", _ACCESS_METHOD
        for item in withdrawn:
            self._grants(item, effective_acl(item), item.acl_default)
        self._passage(definitions, privileges)
        if self.target.declares:
            # The next file begins in a session like this one, or in this one.
            self._select_storage(Entry(desc="", tag="", sql="", tablespace="", access_method=_ACCESS_METHOD))
        statements = [text for piece in self.out if (text := piece.strip("\n"))]
        if statements and unchecked:
            statements = [UNCHECKED, *statements, "RESET check_function_bodies;"]
        if statements and empty_path:
            statements = [NO_PATH, *statements, USUAL_PATH]
        return "\n\n".join(statements) + "\n" if statements else ""

    def _passage(self, definitions: Sequence[Printed], privileges: Iterable[Object]) -> None:
        self._definitions(pair for pair in definitions if not isinstance(pair[0], Last))
        for item in privileges:
            for part in (item, *self._parts(item)):
                self._privileges(part)
        self._definitions(pair for pair in definitions if isinstance(pair[0], Last))

    def chosen(self) -> list[Printed]:
        """Objects printed on their own, each with its form, in order."""
        return [(item, form) for item, form in self.arrangement.nodes if self._printed(item, form)]

    def _definitions(self, chosen: Iterable[Printed]) -> None:
        for item, form in chosen:
            for entry in self._entries(item, form):
                self._entry(item, entry)

    def _printed(self, item: Object, form: Form) -> bool:
        if not self.selection.takes(item) or not item.dumped(self.target):
            return False
        if form is Form.BODY:
            return item.id in self.arrangement.shells
        return item.placement is not Placement.INLINE or item.parent is None or item.id in self.arrangement.apart

    def _parts(self, item: Object) -> tuple[Object, ...]:
        """Parts printed inside an object's CREATE: its embedded parts, then those inline ones that stay inline."""
        found = self.parts.get(item.id)
        if found is None:
            parts = inside(self.catalog, item.id, self.arrangement.apart)
            found = tuple(each for each in parts if each.placement.inside or each.dumped(self.target))
            self.parts[item.id] = found
        return found

    def _entries(self, item: Object, form: Form) -> Iterator[Entry]:
        if form is Form.SHELL:
            assert isinstance(item, Shelled)
            yield item.shell_entry()
            return
        if form is Form.BODY:
            assert isinstance(item, Bodied)
            yield Entry(desc="RULE", tag=f"{item.name} {BODY_NAME}", sql=item.body(self.target))
            return
        parts = self._parts(item)
        printing = Printing(target=self.target, parts=parts, shell=item.id in self.arrangement.shells)
        first, *others = item.entries(printing) or (None,)
        if first is not None:
            yield self._with_extensions(item, first)
        yield from (entry for entry in others if not entry.after_remarks)
        said_of = [each for each in (item, *parts) if each.comment is not None or each.labels]
        remarked = [each for each in said_of if self._remarked(each)] if self._remarked(item) else []
        yield from remarks(item, [each for each in remarked if each is item or each.labelled_with_parent])
        yield from (entry for entry in others if entry.after_remarks)
        apart = (each for each in remarked if each is not item and not each.labelled_with_parent)
        yield from (comment(each) for each in apart if each.comment is not None)

    def _remarked(self, item: Object) -> bool:
        return not isinstance(item, Unremarked) or item.remarked(self.target)

    def _with_extensions(self, item: Object, entry: Entry) -> Entry:
        parts = [part for part in self.catalog.parts.get(item.id, ()) if isinstance(part, ExtensionsWithParent)]
        dependent = [each for each in (item, *parts) if each.extensions]
        if not dependent:
            return entry
        before, after = ("\n", "") if self.target.major >= DEPENDS_ON_ITS_OWN_PARAGRAPH else ("", "\n")
        text = "".join(
            f"{before}ALTER {each.signature()} DEPENDS ON EXTENSION {ident(name)};{after}"
            for each in dependent
            for name in each.extensions
        )
        return entry.with_extensions(text)

    def _privileges(self, item: Object) -> None:
        base = item.initial_acl(self.target) if isinstance(item, BeginsWith) else item.acl_default
        acl = item.acl_default if item.acl is None and base != item.acl_default else item.acl
        if acl is not None:
            self._grants(item, base, acl)

    def _grants(self, item: Object, base: Sequence[AclItem], acl: Sequence[AclItem]) -> None:
        sql = acl_commands(
            item.grant_signature(),
            acl,
            base,
            self._owner(item),
            major=self.target.major,
            columns=item.grant_columns,
            prefix=grant_prefix(item),
        )
        if sql:
            desc, tag = acl_header(item)
            self._entry(item, Entry(desc=desc, tag=tag, sql=sql))

    def _owner(self, item: Object) -> str | None:
        """The owner that a header line names: its own, else that of what it belongs to."""
        found: Object | None = item
        while found is not None and found.owner is None:
            found = self.catalog.objects.get(found.parent) if found.parent is not None else None
        return found.owner if found is not None else None

    def _comment(self, text: str) -> None:
        if self.style.comments:
            self.out.append(text)

    def _settings(self) -> None:
        edited = (self.style.edit(None, Entry(desc="", tag="", sql=line)) for line in settings(self.target.major))
        self.out += [entry.text + "\n" for entry in edited if entry is not None]
        self.out.append("\n")

    def _entry(self, item: Object, entry: Entry) -> None:
        edited = self.style.edit(item, entry)
        self._select_storage(entry)
        owner, schema = self._owner(item), item.schema or "-"
        # pg_dump hands an empty owner, not a missing one, to the remarks on what has none (dumpExtension).
        nobody = "" if entry.desc in REMARKS else "-"
        place = f"; Tablespace: {entry.tablespace}" if entry.tablespace else ""
        header = f"-- Name: {entry.tag}; Type: {entry.desc}; Schema: {schema}; Owner: {owner or nobody}{place}"
        self._comment(f"--\n{in_one_line(header)}\n--\n")
        self.out.append("\n")
        sql = edited.text if edited else ""
        if self.target.reloaded_by is not None:
            sql = reaching(sql, (item, *self._parts(item)), afterwards=self.path, namesakes=self.catalog.namesakes)
        self.out.append(f"{sql}\n\n")
        if edited and edited.owned and owner:
            self.out.append(f"ALTER {item.owner_signature(self.target)} OWNER TO {ident(owner)};\n\n")
        self.out.append(edited.after_owner if edited else "")

    def _select_storage(self, entry: Entry) -> None:
        if entry.tablespace is not None and entry.tablespace != self.tablespace:
            value = ident(entry.tablespace) if entry.tablespace else "''"
            self.out.append(f"SET default_tablespace = {value};\n\n")
            self.tablespace = entry.tablespace
        if entry.access_method is not None and entry.access_method != self.access_method:
            self.out.append(f"SET default_table_access_method = {ident(entry.access_method)};\n\n")
            self.access_method = entry.access_method
