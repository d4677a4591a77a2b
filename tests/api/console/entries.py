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
GET /console/accounts                                    reader studio
GET /console/accounts/{account}                          reader studio
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
GET /console/audit                                       reader studio
POST /console/audit/determinism                          auditor studio
GET /console/audit/erasures                              reader studio
GET /console/audit/erasures/{likeness}                   reader studio
GET /console/audit/events/{position}                     reader studio
GET /console/audit/exports                               auditor studio
GET /console/audit/history                               reader studio
GET /console/audit/history/{thing}                       reader studio
GET /console/audit/log                                   reader studio
GET /console/audit/log/proof                             reader studio
POST /console/audit/log/verify                           auditor studio
GET /console/audit/lookup                                reader production
POST /console/audit/lookup                               reader production
GET /console/audit/reads                                 auditor studio
POST /console/do                                         open -
GET /console/footage                                     reader production
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
GET /console/keys                                        admin studio
POST /console/keys/issued                                admin studio
GET /console/keys/{key}                                  admin studio
POST /console/keys/{key}/rotated                         admin studio
GET /console/money                                       reader production
GET /console/money/characters                            reader studio
GET /console/money/comparisons                           reader studio
GET /console/money/comparisons/{reconciliation}          reader studio
GET /console/money/deadlines                             reader studio
GET /console/money/failures                              reader studio
GET /console/money/productions/{production}              reader production
GET /console/money/queue                                 reader studio
GET /console/settings                                    admin studio
GET /console/clips                                       reader production
GET /console/clips/{clip}                                reader production
GET /console/clips/{clip}/history                        reader production
POST /console/clips/{clip}/receipt                       reader production
GET /console/clips/{clip}/replay                         reader production
GET /console/lineage/{thing}                             reader studio
GET /console/lineage/{thing}/steps                       reader studio
GET /console/receipts                                    reader production
POST /console/receipts                                   reader production
GET /console/sign-in                                     open -
POST /console/sign-in                                    open -
POST /console/sign-out                                   open -
GET /console/static/{digest}/{name}                      open -
GET /console/submissions                                 reader studio
GET /console/submissions/{submission}                    reader studio
GET /console/webhooks                                    reader studio
POST /console/webhooks/added                             admin studio
GET /console/webhooks/{webhook}                          reader studio
POST /console/webhooks/{webhook}/rotated                 admin studio
POST /console/webhooks/{webhook}/tried                   admin studio
"""

PAGES: Final = {
    (path, method): Entry(need, reach)
    for method, path, need, reach in (line.split() for line in _TABLE.strip().splitlines())
}
"""(path, method) -> what it needs."""
