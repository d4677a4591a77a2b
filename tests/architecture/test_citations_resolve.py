"""What code cites must stand in docs/reference: every `guide …` and `contract …` has its anchor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, name_of, python_files, text_of

REFERENCE = ROOT / "docs" / "reference"
ONE = r"(?:[A-Z]\d*|\d+[A-D]?)(?:\.\d+)*(?![A-Za-z0-9])"
GUIDE = re.compile(rf"\bguide ({ONE}(?:(?:, | and | or |-|–| to ){ONE})*)")
CONTRACT = re.compile(rf"\bcontract (?:section )?({ONE}(?:(?:, | and | or |-|–| to ){ONE})*)")
SEPARATE = re.compile(r", | and | or |-|–| to ")


def anchors(page: str) -> set[str]:
    return set(re.findall(r'<a id="([^"]+)"', (REFERENCE / page).read_text()))


def guide_anchor(citation: str) -> str:
    return "g-" + citation.lower().replace(".", "-")


def contract_anchor(citation: str) -> str:
    lower = citation.lower().replace(".", "-")
    return lower if lower[0] in "rdk" else f"s{lower}"


def cited(text: str) -> Iterator[tuple[str, str]]:
    """(page, anchor) of every citation; lists and ranges name each of their ends."""
    for found in GUIDE.findall(text):
        yield from (("guide.md", guide_anchor(one)) for one in SEPARATE.split(found))
    for found in CONTRACT.findall(text):
        yield from (("contract.md", contract_anchor(one)) for one in SEPARATE.split(found))


def missing(path: Path) -> list[str]:
    pages = {page: anchors(page) for page in ("guide.md", "contract.md")}
    return [f"{page}#{anchor}" for page, anchor in cited(text_of(path)) if anchor not in pages[page]]


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "benchmarks"])
def test_citations_lead_somewhere(folder: str) -> None:
    """Every citation in a Python file resolves to an anchor of the guide or the contract."""
    own = Path(__file__)
    broken = {name_of(path): missing(path) for path in python_files(folder) if path != own}

    assert {name: anchors for name, anchors in broken.items() if anchors} == {}


def test_the_check_reads_citations() -> None:
    """Letters, numbers, sections, lists and ranges are all read."""
    text = "guide A2.7 and F3, guide 3D; contract R26-R28, contract section 5.1 (contract D1 or K2)."

    assert [anchor for _, anchor in cited(text)] == [
        "g-a2-7",
        "g-f3",
        "g-3d",
        "r26",
        "r28",
        "s5-1",
        "d1",
        "k2",
    ]
    assert list(cited("the guide says, a contract suite, Contract tests")) == []


@pytest.mark.parametrize("page", ["guide.md", "contract.md"])
def test_anchors_stand_once(page: str) -> None:
    """No anchor of a reference page is given twice."""
    found = re.findall(r'<a id="([^"]+)"', (REFERENCE / page).read_text())

    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("page", sorted(REFERENCE.glob("*.md")), ids=lambda page: page.name)
def test_reference_pages_link_to_what_exists(page: Path) -> None:
    """Links between reference pages name a page and an anchor that are there."""
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", page.read_text()):
        linked = (page.parent / target) if target else page
        assert linked.exists(), target
        ids = set(re.findall(r'<a id="([^"]+)"', linked.read_text()))
        headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in ids | slugs, f"{target}#{anchor}"
