"""Who may see which page of the console. Written by hand: a page without a row fails the tests.

A page needs a session whose key has the role; `open` is for everybody. How far it reaches is as in the table of `/v1`: what is
in a `production`, the `library`, or the whole `studio`.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """What a page needs, and how far it reaches."""

    need: str
    reach: str


_TABLE: Final = """
GET /console                                             reader production
GET /console/ask                                         reader production
POST /console/ask                                        reader production
POST /console/ask/go                                     submitter production
POST /console/ask/preview                                reader production
GET /console/assets                                      reader library
GET /console/assets/{asset}                              reader library
GET /console/characters                                  reader library
GET /console/characters/{character}                      reader library
GET /console/characters/{character}/element              reader library
GET /console/characters/{character}/voice                reader library
POST /console/do                                         open -
GET /console/generations                                 reader production
GET /console/generations/{generation}                    reader production
GET /console/likenesses                                  reader library
GET /console/likenesses/{likeness}                       reader library
GET /console/productions                                 reader production
GET /console/productions/{production}                    reader production
GET /console/scenes/{scene}                              reader production
GET /console/scenes/{scene}/records/{record}             reader production
GET /console/scenes/{scene}/shots/{shot}                 reader production
GET /console/scenes/{scene}/takes                        reader production
GET /console/sign-in                                     open -
POST /console/sign-in                                    open -
POST /console/sign-out                                   open -
GET /console/static/{digest}/{name}                      open -
"""

PAGES: Final = {
    (path, method): Entry(need, reach)
    for method, path, need, reach in (line.split() for line in _TABLE.strip().splitlines())
}
"""(path, method) -> what it needs."""
