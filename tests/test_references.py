"""Pages that are made of the source say what it says, and links lead to places that are there."""

import os
import re
from pathlib import Path

import pytest
from references import DOCS, anchors, links, made, needing_notes, notes

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.settings import CSV, SETTINGS

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", ROOT / "llms.txt", ROOT / "SECURITY.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", ["configuration", "errors"])
def test_what_is_made_of_the_source_is_as_it_is(name: str) -> None:
    page = DOCS / f"{name}.md"
    text = made(page.read_text())
    if os.environ.get("PGNORM_UPDATE_DOCS"):
        page.write_text(text)
    assert page.read_text() == text, "make docs"


def test_each_error_has_a_way_out_and_no_note_is_for_nothing() -> None:
    cures, said = notes()
    assert needing_notes() == {*cures, *said}


@pytest.mark.parametrize("key", [*SETTINGS, *(f"csv.{key}" for key in CSV)])
def test_a_setting_takes_the_form_that_the_reference_says(folder: Path, key: str) -> None:
    name = key.rpartition(".")[2]
    head = '[[csv]]\nfile = "a.csv"\ntable = "a"\n' if "." in key else ""
    (folder / "pgnorm.toml").write_text(re.sub(rf"^{name} = .*\n", "", head, flags=re.MULTILINE) + f"{name} = 1.5\n")
    with pytest.raises(PgnormError, match=f"`{name}` must be {(CSV if head else SETTINGS)[name].form}"):
        _ = find(folder)


def test_all_variables_are_named() -> None:
    sources = (path for each in ("api", "catalog", "cli", "normalizer") for path in (ROOT / each).rglob("*.py"))
    known = {name for path in sources for name in re.findall(r"\bPGNORM_[A-Z_]*[A-Z]\b", path.read_text())}
    assert {name for name in known if name not in (DOCS / "configuration.md").read_text()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_places(page: Path) -> None:
    lost = []
    for link in links(page.read_text()):
        path, _, place = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (place and place not in anchors(target.read_text())):
            lost.append(link)
    assert lost == []


def test_each_page_is_in_the_map_of_all_of_them_and_in_the_site() -> None:
    names = {page.name for page in DOCS.glob("*.md")} - {"index.md"}
    assert names - {*links((DOCS / "index.md").read_text())} == set()
    assert names - {link.removeprefix("docs/") for link in links((ROOT / "llms.txt").read_text())} == set()
    assert {*re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)} == names | {"index.md"}
