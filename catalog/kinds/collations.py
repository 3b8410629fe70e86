"""Collations."""

from typing import ClassVar, Final, LiteralString

from ..model import Object, Printing, replace
from ..priority import Priority
from ..quoting import literal

PROVIDERS: Final = {"b": "builtin", "c": "libc", "i": "icu"}
LOCALE_SINCE: Final = 17
ICU_LOCALE_SINCE: Final = 15
RULES_SINCE: Final = 16


class Collation(Object):
    """A collation: pg_collation. The version of its library is the server's affair, as in pg_dump."""

    kind: ClassVar[str] = "collation"
    keyword: ClassVar[str] = "COLLATION"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_collation"
    presence: ClassVar[LiteralString] = "pg_collation where oid >= 16384"
    priority: ClassVar[int] = Priority.COLLATION
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True

    provider: str = replace()
    """pg_collation.collprovider: b, c or i."""
    deterministic: bool = replace()
    collate: str = replace()
    """LC_COLLATE of libc's, empty for others; so is `ctype`."""
    ctype: str = replace()
    locale: str = replace()
    """Empty for libc's."""
    rules: str | None = replace()
    """The rules by which ICU's order is tailored: `&a < g`."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        # Before 15 the locale of ICU's is in both collcollate and collctype.
        locale: LiteralString = "case c.collprovider when 'i' then c.collcollate::text end"
        if version // 10000 >= LOCALE_SINCE:
            locale = "c.colllocale"
        elif version // 10000 >= ICU_LOCALE_SINCE:
            locale = "c.colliculocale"
        rules: LiteralString = "c.collicurules" if version // 10000 >= RULES_SINCE else "null::text"
        return (
            """
            select c.oid
                 , n.nspname::text         as schema
                 , c.collname::text        as name
                 , ''                      as detail
                 , r.rolname::text         as owner
                 , c.collprovider::text    as provider
                 , c.collisdeterministic   as deterministic
                 , case c.collprovider when 'c' then c.collcollate::text else '' end as collate
                 , case c.collprovider when 'c' then c.collctype::text   else '' end as ctype
                 , coalesce("""
            + locale
            + """, '')            as locale
                 , """
            + rules
            + """            as rules
              from pg_collation c
              join pg_namespace n on n.oid = c.collnamespace
              join pg_roles r     on r.oid = c.collowner
             where c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and c.collencoding in (-1, ( select encoding from pg_database where datname = current_database() ))
               and not exists ( select from pg_depend
                                 where classid = 'pg_collation'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.collname"""
        )

    def create(self, printing: Printing) -> str:
        del printing
        options = [f"provider = {PROVIDERS[self.provider]}"]
        if not self.deterministic:
            options.append("deterministic = false")
        if self.provider == "c" and self.collate != self.ctype:
            options += [f"lc_collate = {literal(self.collate)}", f"lc_ctype = {literal(self.ctype)}"]
        else:
            options.append(f"locale = {literal(self.locale or self.collate)}")
        if self.rules is not None:
            options.append(f"rules = {literal(self.rules)}")
        return f"CREATE {self.signature()} ({', '.join(options)});\n"
