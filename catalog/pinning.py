"""Settings of a session before it is asked anything: nothing of the database's own is called, names and values are
printed alike everywhere, and no limit of the database or the role ends a reading."""

import json
import re
from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

PATH: Final[LiteralString] = "select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)"
"""Qualified, alone and first: only behind it is a name without its schema one of Postgres' own. An empty path would
look into pg_temp before pg_catalog."""

LIMITS: Final = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
)
"""Settings that end a session or its statements for being slow. Those that the address itself names hold."""

_LIMITING: Final = """
select set_config(l.name, l.value, true)
  from json_each_text('{}') l (name, value)
 where current_setting(l.name, true) is not null
"""

# Beyond four relations at once a query of a kind takes longer to plan than a better plan saves.
# A server that lacks one of them (transaction_timeout came with 17) goes without. What can't tell that its client is
# gone (Windows, and macOS before 15) refuses client_connection_check_interval.
PINNED: Final[LiteralString] = """
select set_config(p.name, p.value, true)
  from (values ('quote_all_identifiers', 'on')   , ('standard_conforming_strings', 'on')
             , ('backslash_quote', 'safe_encoding'), ('transform_null_equals', 'off')
             , ('bytea_output', 'hex')           , ('array_nulls', 'on')
             , ('datestyle', 'ISO, MDY')         , ('intervalstyle', 'postgres')
             , ('timezone', 'UTC')               , ('extra_float_digits', '3')
             , ('lc_monetary', 'C')              , ('lc_numeric', 'C')
             , ('lc_time', 'C')                  , ('xmlbinary', 'base64')
             , ('xmloption', 'content')          , ('row_security', 'off')
             , ('restrict_nonsystem_relation_kind', 'view, foreign-table')
             , ('synchronize_seqscans', 'off')   , ('client_min_messages', 'warning')
             , ('jit', 'off')                    , ('work_mem', '64MB')
             , ('join_collapse_limit', '4')      , ('from_collapse_limit', '4')
             , ('client_connection_check_interval', case when version() ~ 'linux' then '1s' else '0' end)
       ) p (name, value)
 where current_setting(p.name, true) is not null
"""

# Those with a dot are an extension's or nobody's; temp_buffers can't be changed once it is in use.
OTHERS: Final[LiteralString] = r"""
select set_config(name, boot_val, true)
  from pg_settings
 where exists (select from pg_db_role_setting)  -- where nothing was set for any, no setting is looked at
   and source in ('global', 'database', 'user', 'database user') and context = 'user'
   and boot_val is not null and name !~ '\.' and name <> 'temp_buffers'
"""
"""Whatever else was set for the database or the role is as Postgres has it by itself."""

_OPTION: Final = re.compile(r"(?:-c\s*|--)([\w-]+)\s*=")


def pins(pgconn: "PGconn", lock_timeout: int | None = None) -> tuple[str, ...]:
    """The statements that settle a session until the end of its transaction, in their order; `lock_timeout` in
    milliseconds, if there is to be one."""
    given = next((option.val for option in pgconn.info if option.keyword == b"options"), None) or b""
    own = {name.replace("-", "_").lower() for name in _OPTION.findall(given.decode(errors="replace"))}
    limits = dict.fromkeys((name for name in LIMITS if name not in own), 0)
    if lock_timeout is not None:
        limits["lock_timeout"] = lock_timeout
    return PATH, _LIMITING.format(json.dumps(limits)), PINNED, OTHERS
