"""Generation: how a request becomes a payload, a clip and a continuity event.

The way of one request, file by file:

1. `shot` is what callers ask, in film words, parsed once into a frozen `ShotRequest`.
2. `grounds` is everything a resolution may read, frozen as of one position of the log.
3. `resolve` and `casting` decide who stands on what (an element, a reference picture) and collect every `gaps` entry.
4. `patterns` holds the team's approved payload shapes, one file each, and `patterns.combinations`, the one table that says
   which of them answers a request; `prompt` composes the words; `payloads` are the wire models.
5. `rules` judges the payload: the vendor's limits and the guide's advice, each rule with an id and a source.
6. `compile` runs 3 to 5 and returns a `plan.Plan`: the payload with references in place of bytes and its `inventory`
   (attachments, digest, size, price). Up to here everything is a function of its arguments; nothing is read, sent or stored.
7. `attach`, `submission`, `worker` and `recording` carry the plan out: bytes, one paid request, the result, the record.

Read `shot`, then `patterns.f2_conversation`, then `rules.limits`, then `compile`. Words like "guide F2" and "contract R26"
point to `docs/reference/guide.md` and `docs/reference/contract.md`.
"""
