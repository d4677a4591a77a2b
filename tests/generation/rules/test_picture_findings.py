"""What the vendor will not take of a picture, told when the picture is registered and again when it is used."""

from __future__ import annotations

import pytest

from generation.rules import picture_findings

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
