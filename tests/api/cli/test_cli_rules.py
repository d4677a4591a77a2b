"""`continuity rules`: what a finding's id means, without a service."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from generation.glossary import GLOSSARY
from generation.rules.catalogue import CATALOGUE

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def _rules(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["rules", *arguments], obj={})


def test_every_published_id_can_be_looked_up() -> None:
    """What the reference pages name, the command explains: no id that a finding bears is unknown."""
    published = set()
    for page in ("rules.md", "patterns.md"):
        text = (REFERENCE / page).read_text()
        published |= set(re.findall(r"^\| \[?([REWI]\d+)\]?", text, re.M))

    assert published == set(GLOSSARY)
    assert {rule.id for rule in CATALOGUE} < published


def test_all_are_listed_with_severity_and_title() -> None:
    """People get a row for each, programs a JSON list of the same."""
    shown, listed = _rules(), _rules("--json")

    rows = [line.split() for line in shown.output.splitlines()[1:]]
    said = orjson.loads(listed.output)
    assert [row[:2] for row in rows] == [[one["id"], one["severity"]] for one in said]
    assert len(said) == len(GLOSSARY)
    assert set(said[0]) == {"id", "severity", "kind", "title", "cites"}


def test_one_rule_in_full() -> None:
    """Title, severity, sources, an example, what is said about it, and the cheapest change."""
    done = _rules("r10")

    assert done.exit_code == 0
    for part in (
        "A clip lasts 3 to 15 seconds",
        "E, refuses",
        "contract R10",
        '"duration": "16"',
        "$.duration",
    ):
        assert part in done.output
    assert orjson.loads(_rules("R10", "--json").output)["example"]["changes"] == {"duration": "16"}


@pytest.mark.parametrize(
    ("id", "part"), [("W504", "adopt elements"), ("E401", "introduce"), ("I304", "accept")]
)
def test_gaps_and_combinations_are_explained(id: str, part: str) -> None:
    """What is no rule on payloads has its meaning or way out all the same."""
    assert part in _rules(id).output


def test_long_examples_stay_readable() -> None:
    """A prompt of thousands of characters is told by its length."""
    assert max(map(len, _rules("R3").output.splitlines())) < 400


@pytest.mark.parametrize(("id", "near"), [("R226", "R26"), ("W50", "W506"), ("zzz", "lists them all")])
def test_an_unknown_id_is_an_error_with_near_ones(id: str, near: str) -> None:
    """The exit code is 1, the id is repeated, and what was likely meant is named."""
    done = _rules(id)

    assert done.exit_code == 1
    assert repr(id) in done.stderr
    assert near in done.stderr
