"""What the vendor will not take of a picture, told when the picture is registered and again when it is used."""

from __future__ import annotations

import pytest

from generation.rules.images import picture_findings

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("picture", "paths"),
    [
        ((300, 300, 10 * MIB, "JPEG"), []),
        ((1000, 400, 1, "png"), []),
        ((299, 300, 1, "jpg"), ["$"]),
        ((1001, 400, 1, "png"), ["$"]),
        ((720, 720, 10 * MIB + 1, "png"), ["$.bytes"]),
        ((720, 720, 1, "webp"), ["$.format"]),
        ((100, 1000, 11 * MIB, "gif"), ["$.format", "$.bytes", "$", "$"]),
    ],
)
def test_limits_are_the_vendors(picture: tuple[int, int, int, str], paths: list[str]):
    """Format, size, sides and shape are each faulted at their place, all at once (contract R40)."""
    width, height, size, format = picture

    found = picture_findings(width, height, bytes=size, format=format)

    assert [one.path for one in found] == paths
    assert {(one.rule, one.about) for one in found} <= {("R40", "picture")}


@pytest.mark.parametrize(
    ("size", "words"),
    [((2000, 300), "6.67:1, wider than 2.5:1"), ((300, 2000), "1:6.67, taller than 1:2.5")],
)
def test_a_wrong_shape_is_called_what_it_is(size: tuple[int, int], words: str) -> None:
    """A wide picture is too wide and a tall one too tall, each with its ratio beside the one allowed."""
    (found,) = picture_findings(*size, bytes=1, format="png")

    assert words in found.message
