"""docs/reference/lineage.md, written from the table of the kinds of steps."""

from __future__ import annotations

from typing import Final

from registry.views.kinds import ERASED, GRADES, INTRODUCED, KINDS, RETIRED, Kind


def lineage_reference() -> str:
    """The text of docs/reference/lineage.md."""
    return _PAGE.format(
        grades="\n".join(f"| `{grade}` | {meaning} |" for grade, meaning in GRADES.items()),
        kinds="\n".join(_row(name, kind) for name, kind in KINDS.items()),
        said="\n".join(
            f"| `{name}` | `{event}` | {', '.join(grades)} |"
            for name, kind in KINDS.items()
            for event, grades in kind.said.items()
        ),
        ended="\n".join(
            f"| `{name}` | {_listed(kind.ended)} |" for name, kind in KINDS.items() if kind.ended
        ),
        introduced=_listed(INTRODUCED),
        retired=_listed(RETIRED),
        erased=_listed(ERASED),
    )


def _row(name: str, kind: Kind) -> str:
    return f"| `{name}` | {kind.made} | {kind.source} | {kind.means} | {kind.detail or '–'} |"


def _listed(names: object) -> str:
    return ", ".join(f"`{one}`" for one in names)  # type: ignore[attr-defined]


_PAGE: Final = """# Lineage

What anything was made from, and what was made from it: `GET /v1/lineage/{{id}}`, `GET /v1/clips/{{id}}/lineage`, `continuity
lineage`. Asked about a clip, asset, element, voice, character, look, likeness, scene, production, account, submission or
approving key; a generation or a submission stands for the clip it came to. A look is called `character_…:winter`, its
character's id and its name.

This page is written from the table in the code (`python -m api.lineage_page > docs/reference/lineage.md`).

## Steps

Every step (an edge) points from what was **made** to its **source**. It carries its kind, the evidence it stands on, and the
position of the event that says it. What was taken back has the position of its end in `until`, and stays; said again, it is a
step of its own. A step outlives what it points to: that is told by kind and id, and as `retired` or `erased` since a
position. Steps hold no personal data: an erasure changes none of them.

| kind | made | source | what it says | `detail` |
|---|---|---|---|---|
{kinds}

## Evidence

| grade | means |
|---|---|
{grades}

| kind | said by | evidence |
|---|---|---|
{said}

| kind | ended by |
|---|---|
{ended}

A clip's `paid-with` is `reported` where the vendor says what it deducted, and `witnessed` where it does not; a call's is
`inferred` where nobody knows and all that was set aside is assumed. `shows` is `inferred` where neither an element nor a
picture of the character stood in the payload.

Things take part from the event that begins them ({introduced}); a look from its first definition, a key from its first
approval. They are told as retired after {retired}; as erased after {erased}.

## Questions

| parameter | means |
|---|---|
| `direction` | `ancestors` (the usual one) or `descendants` |
| `depth` | how many steps, 1 to 100; 20 unless said |
| `types` | only along these kinds, by commas: `types=continues,edits` |
| `as_of` | a position of the log or a moment (RFC 3339): what was said by then and had not ended, things as they were then |
| `through` | what the log says up to this position, what has ended too; `next` links carry it, so that pages fit together |
| `after`, `limit` | a page: `next` and the `Link` header lead on; there is no other bound |
| `names` | `true` adds what people call the things; real people (likenesses) are not named |
| `format` | `json`, `ndjson`, `dot`, `mermaid`, `prov`, `openlineage` |

Without `as_of` all is told that was ever said. Steps come nearest first, then by what they lead on from, then by position;
each once. Ancestors of an element or a voice come with what took its place since (`remint-of`). Who starts at a clip is led
to its scene, and not to all who were cast there; who starts at the scene is. `approved` names the approved takes among the
clips, at the position that is asked about.

## Forms

- **ndjson** (`Accept: application/x-ndjson`): one JSON object a line, `{{"lineage": …}}` first, then `{{"thing": …}}` where a
  thing is first met and `{{"edge": …}}` for each step, and `{{"end": {{"edges": n}}}}` last: without that line it is not
  whole. Made while it is read, and held nowhere: for lineages of any size.
- **dot**, **mermaid** (`text/vnd.graphviz`, `text/vnd.mermaid`): drawings. Ended steps are dashed or dotted, things that
  are gone grey. Mermaid draws at most 500 steps unless its `maxEdges` says more.
- **prov**: W3C PROV in PROV-JSON. Keys, programs, accounts and likenesses are agents, all else entities, generations
  activities. Derivations are `wasDerivedFrom`, every other step `wasInfluencedBy`; each has `continuity:evidence`,
  `continuity:position`, and `continuity:until`, `continuity:detail` where there are any, and its kind as `prov:type`.
- **openlineage**: a list of run events (specification 2-0-2), a START and a COMPLETE for each generation whose clip is in the
  lineage; the run's id is the UUID in the generation's id, the job its scene, the output its clip (with its digest as the
  dataset's version), the inputs what it stands on. Facets of ours, named by `urn:continuity:facet:…:1`:
  `continuity_generation` (generation, submission, pattern, model, planDigest, taskId, shot, approvedBy), `continuity_clip`
  (kind, mediaType, bytes, durationUs, approvedBy), `continuity_thing` (kind, name, retired, erased) and `continuity_steps`
  (steps: kind, evidence, position, until, detail).

`GET /v1/clips/{{id}}/provenance?format=prov` (or `openlineage`) is the same of a clip's ancestors. Drawings and documents
hold up to 10,000 steps; a larger lineage is refused with 422, to be narrowed or read as lines.

Lineage tells of the whole studio, so it is closed to keys that open single productions. After an upgrade from a version whose
lineage had fewer kinds of steps, `continuity rebuild --replace --reason "lineage has more kinds"` writes those of the past;
new ones are written without it.
"""


if __name__ == "__main__":
    print(lineage_reference(), end="")  # noqa: T201
