"""Access control lists: `aclitem` text, and what becomes of a list as an object changes its owner."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

_ITEM: Final = re.compile(r'("(?:[^"]|"")*"|[^=]*)=([^/]*)/("(?:[^"]|"")*"|.*)', re.DOTALL)


@frozen
class AclItem:
    """One grantor's grants to one grantee. `grantee` is empty for PUBLIC; `privileges` are aclitem's letters, each
    followed by `*` where it may be passed on."""

    grantee: str
    privileges: str
    grantor: str

    @classmethod
    def parse(cls, text: str) -> "AclItem":
        """Read `grantee=privileges/grantor`, the output of aclitemout.

        Raises ValueError for anything else.
        """
        match = _ITEM.fullmatch(text)
        if match is None:
            raise ValueError(f"not an aclitem: {text}")
        return cls(_unquote(match[1]), match[2], _unquote(match[3]))

    def __str__(self) -> str:
        """The text that `parse` reads: `grantee=privileges/grantor`."""
        return f"{_quote(self.grantee)}={self.privileges}/{_quote(self.grantor)}"

    def granted(self) -> Iterator[tuple[str, bool]]:
        """Its privileges' letters, each with whether it may be passed on."""
        return letters_of(self.privileges)


def letters_of(privileges: str) -> Iterator[tuple[str, bool]]:
    """The letters of privileges, each with whether it may be passed on."""
    return ((letter, bool(star)) for letter, star in re.findall(r"(\w)(\*?)", privileges))


MAINTAIN_SINCE: Final = 17
"""The major that first has the privilege MAINTAIN, `m`."""


def known_acl(acl: tuple[AclItem, ...], major: int) -> tuple[AclItem, ...]:
    """An ACL less what a server of `major` does not know."""
    if major >= MAINTAIN_SINCE or not any("m" in item.privileges for item in acl):
        return acl
    kept = (AclItem(item.grantee, re.sub(r"m\*?", "", item.privileges), item.grantor) for item in acl)
    return tuple(item for item in kept if item.privileges)


def _unquote(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quote(name: str) -> str:
    return name if re.fullmatch(r"\w*", name, re.ASCII) else '"' + name.replace('"', '""') + '"'


def as_grants(acl: Iterable[AclItem]) -> frozenset[tuple[str, str, str, bool]]:
    """An ACL as the set (grantee, grantor, letter, grantable) in which order and grouping mean nothing."""
    return frozenset((item.grantee, item.grantor, letter, star) for item in acl for letter, star in item.granted())


def with_owner(acl: Iterable[AclItem], old: str | None, new: str | None) -> tuple[AclItem, ...]:
    """The privileges after ALTER … OWNER TO, which hands the old owner's grants to the new one (acl.c, aclnewowner)."""
    if old is None or new is None or old == new:
        return tuple(acl)
    return merged(
        AclItem(
            new if item.grantee == old else item.grantee, item.privileges, new if item.grantor == old else item.grantor
        )
        for item in acl
    )


def merged(acl: Iterable[AclItem]) -> tuple[AclItem, ...]:
    """An ACL with what one grantor gave to one grantee put together (acl.c, aclmerge)."""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    for item in acl:
        letters = found.setdefault((item.grantee, item.grantor), {})
        for letter, star in item.granted():
            letters[letter] = letters.get(letter, False) or star
    return tuple(
        AclItem(grantee, "".join(letter + "*" * star for letter, star in letters.items()), grantor)
        for (grantee, grantor), letters in found.items()
    )
