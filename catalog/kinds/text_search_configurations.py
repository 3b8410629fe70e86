"""Text search configurations."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, Printing, Statement, Target, alter, replace
from ..priority import Priority
from ..quoting import ident


class TextSearchConfiguration(Object):
    """A text search configuration: pg_ts_config, and pg_ts_config_map."""

    kind: ClassVar[str] = "text search configuration"
    keyword: ClassVar[str] = "TEXT SEARCH CONFIGURATION"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt", "AlterTSConfigurationStmt")
    catalog: ClassVar[str] = "pg_ts_config"
    presence: ClassVar[LiteralString] = "pg_ts_config where cfgnamespace <> 11"
    priority: ClassVar[int] = Priority.TS_CONFIGURATION
    renamable: ClassVar[bool] = True

    parser: str = replace()
    mappings: tuple[tuple[str, str], ...] = alter()
    """(token type, dictionary) in the order in which the dictionaries are asked."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select c.oid
                 , n.nspname::text                                            as schema
                 , c.cfgname::text                                            as name
                 , ''                                                         as detail
                 , r.rolname::text                                            as owner
                 , quote_ident(pn.nspname) || '.' || quote_ident(p.prsname)   as parser
                 , array( select array[coalesce(t.alias, ''), m.mapdict::regdictionary::text]
                            from pg_ts_config_map m
                            left join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype
                           where m.mapcfg = c.oid
                           order by m.maptokentype, m.mapseqno )              as mappings
              from pg_ts_config c
              join pg_namespace n  on n.oid = c.cfgnamespace
              join pg_roles r      on r.oid = c.cfgowner
              join pg_ts_parser p  on p.oid = c.cfgparser
              join pg_namespace pn on pn.oid = p.prsnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_ts_config'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.cfgname"""

    def create(self, printing: Printing) -> tuple[Statement, ...]:
        del printing
        mappings = (
            f"ALTER {self.signature()}\n    ADD MAPPING FOR {ident(token)} WITH {dictionaries};"
            for token, dictionaries in self._dictionaries().items()
        )
        made = Statement(sql=f"CREATE {self.signature()} (\n    PARSER = {self.parser} );")
        return (made, *(Statement(sql=sql, apart=True) for sql in mappings))

    def _dictionaries(self) -> dict[str, str]:
        """The dictionaries of each token type, with commas between them."""
        found: dict[str, list[str]] = {}
        for token, dictionary in self.mappings:
            found.setdefault(token, []).append(dictionary)
        return {token: ", ".join(names) for token, names in found.items()}

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if not changed.take("mappings"):
            return
        before, after = self._dictionaries(), new._dictionaries()
        for token in before:
            if token not in after:
                yield f"ALTER {self.signature()} DROP MAPPING FOR {ident(token)};"
        for token, names in after.items():
            if token not in before:
                yield f"ALTER {self.signature()} ADD MAPPING FOR {ident(token)} WITH {names};"
            elif names != before[token]:
                yield f"ALTER {self.signature()} ALTER MAPPING FOR {ident(token)} WITH {names};"
