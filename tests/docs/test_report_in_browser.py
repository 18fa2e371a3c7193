"""The residency report as its reader has it: in a browser, in the dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ops.judging import Subject
from ops.report.model import Report, Source, report
from ops.report.render import html
from ops.state import State
from policies.levels import load_levels
from policies.registry import RULES
from tests import chromium
from tests.exported import FRANKFURT, dtx, export, record

pytestmark = pytest.mark.skipif(
    chromium.find() is None, reason="there is no Chromium on this machine: `make browser` gets one where it can"
)
#: What A4 leaves between the margins of the page, in CSS pixels.
A4_WIDTH = round((210 - 2 * 14) / 25.4 * 96)
LEAST_CONTRAST = 4.5
HOSTILE = '<script>document.title = "taken"</script><img src="http://198.51.100.1/x.png">'
LONG = "projects/dtx-platform/locations/europe-west3/keyRings/dta/cryptoKeys/" + "veryLongNameOfAKey" * 8
#: The least contrast of any text to what is behind it, as WCAG 2.2 computes it, and the text.
CONTRAST = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let least = [21, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (!text) continue;
    const element = walker.currentNode.parentElement;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least[0]) least = [ratio, text];
  }
  return least;
})()"""


@pytest.fixture(scope="module")
def made() -> Report:
    """A report of many resources, of which one is elsewhere and some have names that no page should trust."""
    records = dtx()
    for number in range(150):
        records[f"bucket-{number}"] = record(
            "gcp:storage/bucket:Bucket",
            f"bucket-{number}",
            inputs={"location": FRANKFURT, "encryption": {"defaultKmsKeyName": LONG}},
        )
    records["away"] = record("gcp:storage/bucket:Bucket", "away", inputs={"location": "US"})
    records["hostile"] = record("gcp:storage/bucket:Bucket", HOSTILE, inputs={"location": HOSTILE})
    subject = Subject.of(State.read(export(records.values())), None)
    source = Source(made=datetime(2026, 11, 21, tzinfo=UTC), commit="0" * 40, rules_sha256="1" * 64, rules_version="1")
    return report(subject, subject.judged(), load_levels(RULES), source)


@pytest.fixture(scope="module")
def page(made: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Page]:
    """The report, open in a browser."""
    folder = tmp_path_factory.mktemp("report")
    file = folder / "report.html"
    file.write_text(html(made), encoding="utf-8")
    with chromium.browser(folder) as opened:
        opened.look()
        opened.open(file.as_uri())
        yield opened


def test_the_page_asks_for_nothing_but_itself_and_breaks_no_rule_of_its_own(page: chromium.Page) -> None:
    assert [Path(address).name for address in page.requested] == ["report.html"]
    assert page.complaints == []
    assert page.ask("performance.getEntriesByType('resource').length") == 0
    assert page.ask("document.title") == "Data residency report: prod"
    assert page.ask("document.scripts.length + document.images.length") == 0


def test_the_browser_would_tell_of_a_page_that_asks_for_more(page: chromium.Page, tmp_path: Path) -> None:
    address = page.ask("location.href")
    text = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    other.write_text(text.replace("</body>", '<img src="picture.png"></body>'), encoding="utf-8")
    page.open(other.as_uri())
    assert any("Content Security Policy" in one for one in page.complaints)
    page.open(address)


def test_every_resource_is_on_the_page_as_its_name_is_written(page: chromium.Page, made: Report) -> None:
    shown = page.ask("[...document.querySelectorAll('tr[data-urn]')].map((row) => row.dataset.urn)")
    assert sorted(shown) == sorted(one.urn for system in made.systems for one in system.residences)
    names = page.ask(
        "[...document.querySelectorAll('tr[data-urn] th')].map((head) => head.firstChild.parentNode.innerText)"
    )
    assert any(name.startswith(HOSTILE) for name in names)


def test_headings_tables_and_links_are_what_a_screen_reader_needs(page: chromium.Page) -> None:
    levels = page.ask("[...document.querySelectorAll('h1, h2, h3')].map((head) => Number(head.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.ask("document.documentElement.lang") == "en"
    tables = "[...document.querySelectorAll('table')]"
    assert page.ask(f"{tables}.length") > 5
    assert page.ask(f"{tables}.filter((one) => !one.caption || !one.caption.innerText.trim()).length") == 0
    assert page.ask("document.querySelectorAll('th:not([scope])').length") == 0
    assert page.ask("[...document.querySelectorAll('tbody tr')].filter((row) => !row.querySelector('th')).length") == 0
    assert (
        page.ask("[...document.querySelectorAll('a')].filter((one) => !document.querySelector(one.hash)).length") == 0
    )
    assert page.ask("new Set([...document.querySelectorAll('[id]')].map((one) => one.id)).size") == page.ask(
        "document.querySelectorAll('[id]').length"
    )


def colours(page: chromium.Page, **look: Any) -> list[str]:
    page.look(**look)
    return page.ask("[getComputedStyle(document.documentElement)].flatMap((s) => [s.color, s.backgroundColor])")


def test_by_day_by_night_and_on_paper_every_text_can_be_read(page: chromium.Page) -> None:
    looks = {"day": {}, "night": {"scheme": "dark"}, "paper": {"scheme": "dark", "medium": "print"}}
    seen = {}
    for name, look in looks.items():
        seen[name] = colours(page, **look)
        ratio, text = page.ask(CONTRAST)
        assert ratio >= LEAST_CONTRAST, (name, text)
    assert seen["day"] != seen["night"]
    assert seen["paper"][1] == "rgb(255, 255, 255)", "nobody prints the night"


@pytest.mark.parametrize("look", [{"width": 1200}, {"width": 390}, {"width": A4_WIDTH, "medium": "print"}], ids=str)
def test_nothing_is_wider_than_the_page(page: chromium.Page, look: dict[str, Any]) -> None:
    page.look(**look)
    assert page.ask("document.documentElement.scrollWidth") <= look["width"]
    if look.get("medium") == "print":
        boxes = "[...document.querySelectorAll('td, th, dd, .scroll')]"
        too_wide = f"{boxes}.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText)"
        assert page.ask(too_wide) == []


def test_on_a4_it_takes_several_pages_repeats_the_heads_of_tables_and_cuts_no_row(page: chromium.Page) -> None:
    page.look(medium="print", width=A4_WIDTH)
    heads = page.ask(
        "[...new Set([...document.querySelectorAll('thead')].map((one) => getComputedStyle(one).display))]"
    )
    assert heads == ["table-header-group"]
    rows = page.ask(
        "[...new Set([...document.querySelectorAll('tr')].map((one) => getComputedStyle(one).breakInside))]"
    )
    assert rows == ["avoid"]
    # What scrolls on a screen would be cut off on paper.
    assert page.ask(
        "[...document.querySelectorAll('.scroll')].every((one) => getComputedStyle(one).overflowX == 'visible')"
    )
    tallest = page.ask("Math.max(...[...document.querySelectorAll('tr')].map((one) => one.offsetHeight))")
    assert tallest < 297 / 25.4 * 96 / 2
    printed = page.pdf()
    pages = re.findall(rb"/Type\s*/Page\b", printed)
    sizes = {
        tuple(round(float(side)) for side in box.split()[2:])
        for box in re.findall(rb"/MediaBox\s*\[([^]]*)\]", printed)
    }
    assert len(pages) > 5
    assert sizes == {(595, 842)}, "A4 in points"
