"""Pages in a real browser: nothing is refused by their own policy, and they serve eyes, keys, phones and paper."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import COMMAND, Browser, browser
from conftest import FIXTURES

Run = Callable[[str], tuple[int, str, str]]

pytestmark = pytest.mark.skipif(COMMAND is None, reason="there is no Chromium here (Debian: apt-get install chromium)")

CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parts = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const found = parts(getComputedStyle(each).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.getClientRects().length || node.closest("svg, script")) continue;
    const [one, other] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.outerHTML.slice(0, 80)}`);
  }
  return poor;
})()
"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def page(run: Run, folder: Path) -> Path:
    """A review with something of everything."""
    for side in ("old", "new"):
        (folder / f"{side}.sql").write_text((FIXTURES / "review" / f"{side}.sql").read_text())
    assert run("diff --from old.sql --to new.sql --html page.html")[0] == 0
    return folder / "page.html"


def _heard(tab: Browser) -> list[object]:
    """What the browser complained of, or asked somebody for."""
    wanted = {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Network.requestWillBeSent"}
    found = [each for each in tab.events if each.get("method") in wanted]
    tab.events.clear()
    return [each for each in found if "file://" not in str(each) or each["method"] != "Network.requestWillBeSent"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1600])
def test_it_fits_and_can_be_read(tab: Browser, page: Path, width: int, dark: bool) -> None:
    tab.open(page, width=width, dark=dark)
    assert _heard(tab) == []
    assert tab.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert tab.run(CONTRAST) == []
    assert (tab.run("matchMedia('(prefers-color-scheme: dark)').matches")) is dark


def test_pages_of_a_schema_fit_and_lead_to_each_other(tab: Browser, run: Run, folder: Path) -> None:
    (folder / "new.sql").write_text((FIXTURES / "review" / "new.sql").read_text())
    assert run("docs pages --from new.sql")[0] == 0
    names = ("index", "schema.public", "table.public.deals")
    for width, dark in ((360, True), (1280, False)):
        for name in names:
            tab.open(folder / "pages" / f"{name}.html", width=width, dark=dark)
            assert tab.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
            assert tab.run(CONTRAST) == []
            assert tab.run("document.querySelectorAll('[role=img] :is(a, button, [tabindex])').length") == 0
            titles = "[...document.querySelectorAll('section')].map(each => each.firstChild.textContent)"
            labels = "[...document.querySelectorAll('[role=region]')].map(each => each.ariaLabel)"
            regions = tab.run(f"[...{titles}, ...{labels}]")
            assert isinstance(regions, list)
            assert len(regions) == len({*regions})
    assert _heard(tab) == []
    tab.open(folder / "pages" / "index.html")
    tab.run("document.getElementById('search').focus()")
    tab.send("Input.insertText", text="contact_id stage")
    tab.run("new Promise(done => setTimeout(done, 300))")
    shown = "[...document.querySelectorAll('main .item')].filter(each => !each.hidden).map(each => each.textContent)"
    assert tab.run(shown) == ["public.deals id, contact_id, stage, amount, currency"]


def test_names_run_nothing(tab: Browser, run: Run, folder: Path) -> None:
    name = "</script></title><script>window.harm = 1</script><img src=x onerror='window.harm = 1'>"
    (folder / "old.sql").write_text("")
    (folder / "new.sql").write_text(
        f'create table "{name[:60]}" (a int); comment on table "{name[:60]}" is $c${name}$c$;'
    )
    assert run("diff --from old.sql --to new.sql --html page.html")[0] == 0
    tab.open(folder / "page.html")
    assert tab.run("typeof window.harm") == "undefined"
    assert _heard(tab) == []


def test_the_search_leaves_what_has_all_words(tab: Browser, page: Path) -> None:
    tab.open(page)
    shown = "[...document.querySelectorAll('article.object')].filter(each => !each.hidden).map(each => each.id)"
    everything = tab.run(shown)
    assert isinstance(everything, list)
    tab.run("document.getElementById('search').focus()")
    tab.send("Input.insertText", text="LEGACY payload")
    tab.run("new Promise(done => setTimeout(done, 300))")
    found = tab.run(shown)
    assert isinstance(found, list)
    assert len(found) == 1 < len(everything)
    said = tab.run("document.getElementById('found').textContent")
    assert isinstance(said, str)
    assert said.startswith("1 of ")
    assert tab.run("document.querySelector('[role=status]').id") == "found"


def test_keys_get_everywhere(tab: Browser, page: Path) -> None:
    tab.open(page)
    tab.press("Tab", 9)
    assert tab.run("document.activeElement.textContent") == "Skip to the content"
    assert tab.run("document.activeElement.getBoundingClientRect().left >= 0")
    tab.run("document.querySelector('.unfold button').focus()")
    hidden = "document.querySelectorAll('tbody.folded').length"
    before = tab.run(hidden)
    assert isinstance(before, int)
    tab.press("Enter", 13, text="\r")
    assert tab.run(hidden) == before - 1
    assert tab.run("document.activeElement.tagName") == "TBODY"


def test_it_has_landmarks_headings_and_named_tables(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert tab.run("['header', 'nav', 'main'].map(each => document.querySelectorAll(each).length)") == [1, 1, 1]
    levels = tab.run("[...document.querySelectorAll('h1, h2, h3')].map(each => +each.tagName[1])")
    assert isinstance(levels, list)
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    every = "[...document.querySelectorAll('{}')].every(each => {})"
    assert tab.run(every.format("table", "each.caption && each.querySelector('th[scope]')"))
    assert tab.run(every.format("svg", "document.getElementById(each.getAttribute('aria-labelledby'))"))
    assert tab.run(every.format("[id]", "document.getElementById(each.id) === each"))


def test_on_paper_all_is_open(tab: Browser, page: Path) -> None:
    tab.open(page)
    tab.send("Emulation.setEmulatedMedia", media="print", features=[])
    assert tab.run("getComputedStyle(document.querySelector('tbody.fold')).display") == "table-row-group"
    assert tab.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert len(str(tab.send("Page.printToPDF", printBackground=True)["data"])) > 10_000


def test_it_can_be_read_without_scripts(tab: Browser, page: Path) -> None:
    tab.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(page)
        assert tab.run("document.querySelectorAll('tbody.folded').length") == 0
        assert tab.run("document.querySelector('.search').hidden") is True
    finally:
        tab.send("Emulation.setScriptExecutionDisabled", value=False)
