"""Catalogs as the server has them that a plan is for, where a newer one stands in for it."""

from attrs import evolve

from pgnorm.catalog.model import Catalog
from pgnorm.catalog.model.facets import SinceMajor


def understood(catalog: Catalog, major: int) -> Catalog:
    """The catalog as far as a server of this major version knows what is in it, and can alter it."""
    if catalog.major <= major:
        return catalog
    later = {name for name, item in catalog.objects.items() if isinstance(item, SinceMajor) and item.since > major}
    known = {name: item.known_to(major) for name, item in catalog.objects.items() if name not in later}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in known and edge.referenced in known)
    return evolve(catalog, objects=known, edges=edges)
