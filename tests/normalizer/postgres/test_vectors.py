"""What files do with vectors, where the server has pgvector and where a stand-in takes its place."""

from collections.abc import Iterator

import psycopg
import pytest

from pgnorm.normalizer.postgres.shadow import Shadow


@pytest.fixture
def ai(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A session with the extension in a schema of its own."""
    shadow.provide_extension("vector")
    with shadow.session() as session:
        session.connection.execute("create schema ai; create extension vector with schema ai")
        session.connection.execute("set local search_path = public, ai")
        yield session.connection


def test_vectors_have_types_operators_and_indexes_everywhere(ai: psycopg.Connection) -> None:
    ai.execute("""
        create table pages (id bigint, embedding ai.vector(3), small halfvec(3));
        create index by_cosine on pages using hnsw (embedding ai.vector_cosine_ops);
        create index by_distance on pages using ivfflat (embedding);
        create function nearest(query vector(3)) returns setof pages language sql stable
          as 'select * from pages order by embedding <=> query limit 1';
        insert into pages values (1, '[1,2,3]', '[1,2,3]');
    """)
    assert ai.execute("select id, embedding::text from nearest('[1,2,3]')").fetchone() == (1, "[1,2,3]")
    types = "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'pages'::regclass"
    assert ai.execute(f"{types} and attnum > 1 order by attnum".encode()).fetchall() == [
        ("vector(3)",),
        ("halfvec(3)",),
    ]
    shown = ai.execute("select pg_get_indexdef('by_cosine'::regclass)").fetchone()
    assert shown == ("CREATE INDEX by_cosine ON public.pages USING hnsw (embedding vector_cosine_ops)",)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("vector '[1, 2]'", "[1,2]"),
        ("vector ' [1.50,-2e-9, 1e20 ] '", "[1.5,-2e-09,1e+20]"),
        ("vector '[0.1,16777217]'", "[0.1,1.6777216e+07]"),
        ("halfvec '[0.1, 2,-1000.4]'", "[0.099975586,2,-1000.5]"),
        ("halfvec '[0, 0.00001]'", "[0,1.001358e-05]"),
        ("sparsevec '{3:2, 1:0.50}/5'", "{1:0.5,3:2}/5"),
        ("sparsevec '{1:0, 2:1}/3'", "{2:1}/3"),
        ("sparsevec '{}/4'", "{}/4"),
        ("array[1,2]::vector", "[1,2]"),
        ("array[1.5,2]::real[]::vector", "[1.5,2]"),
        ("array[0,2.5]::numeric[]::sparsevec", "{2:2.5}/2"),
        ("vector '[1,2]'::real[]", "{1,2}"),
        ("subvector(vector '[1,2,3]', 2, 2)", "[2,3]"),
    ],
)
def test_values_are_shown_as_pgvector_shows_them(ai: psycopg.Connection, written: str, shown: str) -> None:
    assert ai.execute(f"select ({written})::text".encode()).fetchone() == (shown,)


@pytest.mark.parametrize("written", ["vector 'nothing'", "vector '[]'", "vector '[1,x]'", "sparsevec '{1}/2'"])
def test_what_is_no_vector_is_refused(ai: psycopg.Connection, written: str) -> None:
    with pytest.raises(psycopg.Error):
        ai.execute(f"select {written}".encode())


def test_a_default_is_a_constant_in_pgvectors_spelling(ai: psycopg.Connection) -> None:
    ai.execute("create table t (a vector(2) default '[1, 2.0]')")
    shown = ai.execute("select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 't'::regclass").fetchone()
    assert shown == ("'[1,2]'::vector",)


@pytest.mark.parametrize("length", [1, 3, 1536])
@pytest.mark.parametrize("method", ["hnsw", "ivfflat"])
def test_rows_fit_into_indexes(ai: psycopg.Connection, method: str, length: int) -> None:
    ai.execute(f"create table t (a vector({length}), b vector({length}))".encode())
    fill = f"""insert into t select value, value from (
      select array_agg(sin(i * j + 1)::real)::vector as value from generate_series(1, {length}) i,
             generate_series(1, {60000 // (length + 59)}) j group by j) made"""
    ai.execute(fill.encode())
    ai.execute(f"create index on t using {method} (a vector_l2_ops); {fill}; insert into t values (null)".encode())
    ai.execute("set local client_min_messages = error; create index on t using hnsw (b vector_cosine_ops)")


def test_an_extension_that_moves_still_works(ai: psycopg.Connection) -> None:
    ai.execute("create table t (a vector(2)); create schema moved; alter extension vector set schema moved")
    ai.execute("insert into t values ('[1, 2]'), (array[3, 4])")
    assert ai.execute("select array_agg(a::text order by a::text) from t").fetchone() == (["[1,2]", "[3,4]"],)


def test_vectors_are_added_compared_and_cast(ai: psycopg.Connection) -> None:
    ai.execute("""
        create table t (id int, a vector(2), small halfvec(2), bits bit(2), unique (a));
        insert into t values (1, '[1,1]', '[1,1]', '01'), (2, '[1,2]', '[1,2]', '01');
        create index on t using hnsw (bits bit_hamming_ops);
        create view sums as select avg(a), sum(small) + sum(small) as twice, avg(a)::real[] as plain,
               count(distinct a) as distinct_ from t;
        create view shapes as
          select '[1, 2]'::vector(2) as pair, a::halfvec(2), a::sparsevec(2) as sparse, vector_dims(a),
                 l2_normalize(a) || a as longer, binary_quantize(a) <~> bits as apart, a <=> '[1,2]' as far,
                 a is distinct from '[1,2]' as other, vector_norm(a) + l2_norm(small) as norms from t;
    """)
    assert ai.execute("select distinct_ from sums").fetchone() == (2,)
    assert ai.execute("select count(*) from t a join t b on a.a = b.a where a.a <> '[1, 1.0]'").fetchone() == (1,)
    assert len(ai.execute("select distinct a from t order by a").fetchall()) == 2
    with pytest.raises(psycopg.errors.UniqueViolation):
        ai.execute("insert into t (a) values ('[1, 1]')")
