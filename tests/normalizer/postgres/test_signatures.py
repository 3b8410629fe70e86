"""The stubs of contrib extensions declare what the real ones declare, seen on a server that has those."""

from pathlib import Path

import pytest

import pgnorm.normalizer.postgres as package
from pgnorm.normalizer.postgres.shadow import Shadow

_SIGNATURES = """
    select proname, pg_get_function_arguments(oid), pg_get_function_result(oid), provolatile, proisstrict, proparallel
      from pg_proc
     where pronamespace = 'here'::regnamespace
     order by 1, 2
"""

# Of pgcrypto 1.4, which came with Postgres 18; the stub is what Supabase's servers have.
_LATER = "fips_mode"


@pytest.mark.parametrize("name", ["pgcrypto", "uuid-ossp"])
def test_signatures(shadow: Shadow, name: str) -> None:
    script = Path(package.__path__[0], "extensions", f"{name}--stub.sql").read_text()
    with shadow.session() as session:
        run = session.connection.execute
        run(f'create schema here; create extension "{name}" schema here')
        if run("select 1 from pg_extension where extname = %s and extversion = 'stub'", (name,)).fetchone():
            pytest.skip("this server lacks the real one")
        real = [signature for signature in run(_SIGNATURES).fetchall() if signature[0] != _LATER]
        run(f'drop extension "{name}"')
        run(f"set search_path = here; {script}".encode())
        assert run(_SIGNATURES).fetchall() == real
