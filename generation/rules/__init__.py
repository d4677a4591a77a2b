"""The catalogue of rules: the vendor's contract and the team's guide as checkable sentences, run over any payload."""

from generation.rules.catalogue import CATALOGUE, judge
from generation.rules.finding import Finding, Severity, with_reasons
from generation.rules.images import picture_findings
from generation.rules.rule import Problem, Rule
from generation.rules.subject import Facts, Picture, Subject, Video

__all__ = [
    "CATALOGUE",
    "Facts",
    "Finding",
    "Picture",
    "Problem",
    "Rule",
    "Severity",
    "Subject",
    "Video",
    "judge",
    "picture_findings",
    "with_reasons",
]
