"""Passwords in what catalogs hold: how a query masks them."""

import re
from typing import Final, LiteralString

MASK: Final[LiteralString] = "********"

_NAMES: Final[LiteralString] = (
    "(pass(word|wd|code|phrase)|pwd|secret|credential|(api|access|private|account|sa)_?key|conn(ection)?_?str(ing)?"
    "|token(_?(value|key))?$)"
)
_NO_SECRET: Final[LiteralString] = "_(id|name|required|path|file|url|uri|endpoint|type|duration|ttl)$"
"""The end of an option's name that only says where a secret is, whether there is one, or how it is to be used."""
_IN_SQL: Final = re.compile(r"""(CONNECTION |"(?P<option>[^"]*)" E?)'(?:[^']|'')*'""", re.IGNORECASE)
_IN_URI: Final[LiteralString] = r"'^(postgres(?:ql)?://[^:/@]*:)[^@/]*@'"
_IN_ANY_URI: Final[LiteralString] = r"'(://[^:/@\s]*:)[^/@\s]+@'"
_KEYWORDS: Final[LiteralString] = "(?:ssl)?password|oauth_client_secret|scram_(?:client|server)_key"
"""The parameters of libpq whose values are secrets."""
_IN_QUERY: Final[LiteralString] = "'([?&](?:" + _KEYWORDS + ")=)[^&]*'"
_VALUE: Final[LiteralString] = r"''(?:[^''\\]|\\.)*''|(?:[^\s''\\]|\\.)(?:[^\s\\]|\\.)*"
_PAIR: Final[LiteralString] = r"'(\s*)(\w+)(\s*=\s*)(" + _VALUE + ")?'"


def masked_conninfo(expression: LiteralString) -> LiteralString:
    """The SQL of a connection string, in either form that libpq knows, with its passwords masked."""
    uri: LiteralString = "regexp_replace(" + expression + ", " + _IN_URI + r", '\1" + MASK + "@', 'i')"
    query: LiteralString = "regexp_replace(" + uri + ", " + _IN_QUERY + r", '\1" + MASK + "', 'gi')"
    value: LiteralString = "case when pair[2] ~* '^(?:" + _KEYWORDS + ")$' then '" + MASK + "' else pair[4] end"
    pairs: LiteralString = (
        "( select string_agg(concat(pair[1], pair[2], pair[3], " + value + "), '' order by place)"
        " from regexp_matches(" + expression + ", " + _PAIR + ", 'g') with ordinality p (pair, place) )"
    )
    forms: LiteralString = (
        "case when {0} !~* '" + _KEYWORDS + "|//' then {0} when {0} ~* '^postgres(ql)?://' then {1} else {2} end"
    )
    return forms.format(expression, query, pairs)


def masked_option(name: LiteralString, value: LiteralString) -> LiteralString:
    """The SQL of an option's value, masked where its name tells that it is a secret."""
    is_secret: LiteralString = name + " ~* '" + _NAMES + "' and " + name + " !~* '" + _NO_SECRET + "'"
    return "case when " + is_secret + " then '" + MASK + "' else " + _unsigned(value) + " end"


def masked_login(name: LiteralString, value: LiteralString) -> LiteralString:
    """The SQL of the value of an option by which somebody logs in: masked whatever its name, but for the user."""
    return "case when " + name + " <> 'user' then '" + MASK + "' else " + _unsigned(value) + " end"


def _unsigned(value: LiteralString) -> LiteralString:
    """The SQL of a value with a mask for the passwords of the URLs in it."""
    return "regexp_replace(" + value + ", " + _IN_ANY_URI + r", '\1" + MASK + "@', 'g')"


def masked_sql(text: str) -> str:
    """A statement as it may be shown: with a mask for what connects a subscription and for options with passwords."""

    def shown(found: re.Match[str]) -> str:
        option = found["option"]
        return f"{found[1]}'{MASK}'" if option is None or _is_secret(option) else found[0]

    return _IN_SQL.sub(shown, text)


def _is_secret(name: str) -> bool:
    """True if an option of this name holds a secret: the test of `masked_option`, for a name that is known."""
    taken, left = (re.search(pattern, name, re.IGNORECASE) for pattern in (_NAMES, _NO_SECRET))
    return taken is not None and left is None
