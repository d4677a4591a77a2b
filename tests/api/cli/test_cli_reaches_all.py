"""Every route of the service is reached by a command, and so by the client, as commands use nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, refuses
from tests.api.served.entries import ENTRIES

_TABLE: Final = """
GET /v1/accounts                                         accounts list
POST /v1/accounts                                        accounts open x --region singapore
GET /v1/accounts/keys                                    accounts keys
GET /v1/accounts/{account}                               accounts show {account}
POST /v1/accounts/{account}/hold                         accounts hold {account} --reason why
POST /v1/accounts/{account}/keys                         accounts attest {account} --fingerprint 00 --reason why
POST /v1/accounts/{account}/resume                       accounts resume {account} --reason why
GET /v1/accounts/{account}/slots                         accounts slots {account}
PUT /v1/accounts/{account}/slots                         accounts slots {account} --model m --set 5
GET /v1/assets                                           assets list
POST /v1/assets                                          assets import {file}
GET /v1/assets/{asset}                                   assets show {asset}
PATCH /v1/assets/{asset}                                 assets describe {asset} --label x
GET /v1/assets/{asset}/content                           assets download {asset} {new}
GET /v1/assets/{asset}/impact                            impact {asset}
POST /v1/assets/{asset}/retire                           assets retire {asset} --reason why
POST /v1/assets/{asset}/supersede                        assets supersede {asset} --by {asset} --reason why
GET /v1/assets/{asset}/thumbnail                         assets thumbnail {asset} {new}
GET /v1/assets/{asset}/uses                              uses {asset}
GET /v1/audit/determinism                                audit determinism
GET /v1/audit/{thing}/bundle                             audit export {clip} --to {new}
GET /v1/characters                                       characters list
POST /v1/characters                                      characters introduce x --depicts fictional
GET /v1/characters/{character}                           characters show {character}
PATCH /v1/characters/{character}                         characters revise {character} --name x
POST /v1/characters/{character}/declare                  likenesses declare {character} fictional --reason why
GET /v1/characters/{character}/elements                  elements list --character {character}
GET /v1/characters/{character}/impact                    impact {character}
DELETE /v1/characters/{character}/likeness               likenesses unlink {character} --reason why
POST /v1/characters/{character}/likeness                 likenesses link {character} {likeness}
POST /v1/characters/{character}/looks                    characters look {character} winter --age 30
POST /v1/characters/{character}/looks/{look}/retire      characters retire-look {character} {look} --reason why
GET /v1/characters/{character}/looks/{look}/uses         uses {character} --look {look}
DELETE /v1/characters/{character}/references             characters withdraw {character} {asset}
POST /v1/characters/{character}/references               characters assign {character} {asset}
POST /v1/characters/{character}/retire                   characters retire {character} --reason why
GET /v1/characters/{character}/uses                      uses {character}
POST /v1/characters/{character}/voice                    voices bind {character} {voice}
GET /v1/clips                                            clips list
POST /v1/clips                                           clips adopt {file} --scene {scene} --source x --ai-generated no
GET /v1/clips/{clip}                                     clips show {clip}
GET /v1/clips/{clip}/content                             clips download {clip} {new}
POST /v1/clips/{clip}/approve                            clips approve {clip}
POST /v1/clips/{clip}/fingerprint                        clips fingerprint {clip}
GET /v1/clips/{clip}/notes                               clips notes {clip}
POST /v1/clips/{clip}/notes                              clips note {clip} words
GET /v1/clips/{clip}/receipt                             receipts download {clip} {new}
POST /v1/clips/{clip}/reject                             clips reject {clip} identity_drift --reason why
POST /v1/clips/{clip}/withdraw                           clips withdraw {clip} --reason why
POST /v1/clips/{clip}/withdraw-approval                  clips withdraw-approval {clip} --reason why
POST /v1/clips/{clip}/decide                             clips decide {clip} withdraw --reason why
GET /v1/clips/{clip}/deliveries                          clips deliveries {clip}
POST /v1/clips/{clip}/deliveries                      clips deliver {clip} --to x --role deployer --basis label_shown --reviewer y
GET /v1/clips/{clip}/deliveries/{delivery}/content       clips download {clip} {new} --delivery {delivery}
GET /v1/clips/{clip}/poster                              clips poster {clip} {new}
GET /v1/deliveries                                       clips deliveries
GET /v1/elements                                         elements list
POST /v1/elements                                        elements adopt 1 --account {account} --character {character}
GET /v1/elements/census                                  elements census --last
POST /v1/elements/census                                 elements census --account {account}
POST /v1/elements/preview                                elements mint {character} --preview
GET /v1/elements/{element}                               elements show {element}
GET /v1/elements/{element}/impact                        impact {element}
POST /v1/elements/{element}/remint                       elements remint {element} --reason why
POST /v1/elements/{element}/retire                       elements retire {element} --reason why
GET /v1/elements/{element}/uses                          uses {element}
GET /v1/events                                           events
GET /v1/events/stream                                    events --follow
GET /v1/generations                                      generations list
POST /v1/generations                                     generate --scene {scene} --no-wait
POST /v1/generations/preview                             preview --scene {scene}
GET /v1/generations/{generation}                         generations show {generation}
GET /v1/generations/{generation}/events                  generations events {generation}
POST /v1/generations/{generation}/approve                approve {generation} --plan-digest 00 --ceiling-units 1
POST /v1/generations/{generation}/cancel                 generations cancel {generation} --reason why
GET /v1/generations/{generation}/replay                  audit replay {generation}
POST /v1/generations/{generation}/retry                  retry {generation}
GET /v1/history/{thing}                                  history {clip}
GET /v1/history/{thing}/difference                       diff {clip} --from v1
GET /v1/history/{thing}/events/{number}                  history {clip} --version 7
GET /v1/history/{thing}/state                            show {clip} --as-of v1
GET /v1/keys                                             keys list
POST /v1/keys                                            keys issue --holder x
GET /v1/keys/{key}                                       keys show {key}
POST /v1/keys/{key}/grant                                keys grant {key} reader
POST /v1/keys/{key}/limit                                keys limit {key} --units-per-day 9
POST /v1/keys/{key}/scope                                keys scope {key} {production}
POST /v1/keys/{key}/revoke                               keys revoke {key}
POST /v1/keys/{key}/rotate                               keys rotate {key}
POST /v1/keys/{key}/withdraw                             keys withdraw {key} reader
GET /v1/likenesses                                       likenesses list
POST /v1/likenesses                                      likenesses register x
GET /v1/likenesses/{likeness}                            likenesses show {likeness}
POST /v1/likenesses/{likeness}/consents                  likenesses grant {likeness} {asset} --signed-by x
POST /v1/likenesses/{likeness}/consents/{consent}/revoke likenesses revoke {likeness} {consent} --reason why
POST /v1/likenesses/{likeness}/erase                     likenesses erase {likeness} --basis request --yes
GET /v1/likenesses/{likeness}/erasure                    likenesses erasure {likeness}
GET /v1/likenesses/{likeness}/impact                     impact {likeness}
GET /v1/likenesses/{likeness}/uses                       uses {likeness}
GET /v1/lineage/{thing}                                  lineage {thing}
GET /v1/log/checkpoint                                   log checkpoint
POST /v1/log/checkpoints                                 log make
GET /v1/log/completeness                                 log completeness
GET /v1/log/keys                                         log keys
GET /v1/log/proof/consistency                            log consistency 1 2
GET /v1/log/proof/inclusion                              log inclusion 1
GET /v1/log/verify                                       log verify
POST /v1/lookup                                          lookup {file}
GET /v1/me                                               me
GET /v1/productions                                      productions list
POST /v1/productions                                     productions open x
GET /v1/productions/{production}                         productions show {production}
PUT /v1/productions/{production}/account                 productions choose-account {production} {account}
PUT /v1/productions/{production}/approval                productions approval {production} 8
PUT /v1/productions/{production}/budget                  productions budget {production} 8
POST /v1/productions/{production}/close                  productions close {production} --reason why
POST /v1/productions/{production}/pins                   productions pin {production} {character}
DELETE /v1/productions/{production}/pins/{character}     productions unpin {production} {character}
GET /v1/productions/{production}/pins/{character}/impact productions impact {production} {character}
POST /v1/productions/{production}/pins/{character}/move  productions move {production} {character}
PUT /v1/productions/{production}/share                   productions share {production} 2
GET /v1/productions/{production}/spend                   productions spend {production}
GET /v1/productions/{production}/timeline.otio           productions timeline {production} --out {new}
PUT /v1/productions/{production}/territories             likenesses territories {production} KR
GET /v1/queue                                            queue
GET /v1/reads                                            reads
GET /v1/reconciliations                                  reconciliations list
POST /v1/reconciliations                                 reconcile --account {account}
POST /v1/reconciliations/accept-restore                  reconcile --accept-restore --reason why
GET /v1/reconciliations/{reconciliation}                 reconciliations show {reconciliation}
GET /v1/scenes                                           scenes list
POST /v1/scenes                                          scenes open x --production {production}
GET /v1/scenes/{scene}                                   scenes show {scene}
PATCH /v1/scenes/{scene}                                 scenes describe {scene} --name x
DELETE /v1/scenes/{scene}/cast                           scenes release {scene} {character}
POST /v1/scenes/{scene}/cast                             scenes cast {scene} {character}
POST /v1/scenes/{scene}/close                            scenes close {scene} --reason why
POST /v1/scenes/{scene}/continue-from                    scenes continue-from {scene} {clip}
GET /v1/scenes/{scene}/continuity                        scenes continuity {scene}
POST /v1/scenes/{scene}/continuity/{position}/correct    scenes correct {scene} {position} --framing wide --reason why
POST /v1/scenes/{scene}/pins                             scenes pin {scene} {character}
DELETE /v1/scenes/{scene}/pins/{character}               scenes unpin {scene} {character}
GET /v1/scenes/{scene}/pins/{character}/impact           scenes impact {scene} {character}
POST /v1/scenes/{scene}/pins/{character}/move            scenes move {scene} {character}
POST /v1/scenes/{scene}/preview                          scenes preview {scene}
POST /v1/scenes/{scene}/shots                            scenes plan {scene} action
DELETE /v1/scenes/{scene}/shots/{shot}                   scenes drop {scene} {shot}
GET /v1/scenes/{scene}/timeline.otio                     scenes timeline {scene} --out {new}
GET /v1/studios                                          studios
POST /v1/studios                                         studio open x --holder y
POST /v1/studios/{studio}/limit                          keys limit {studio} --units-per-day 9
GET /v1/submissions                                      submissions list
GET /v1/submissions/{submission}                         submissions show {submission}
POST /v1/submissions/{submission}/resolve                submissions resolve {submission} abandon --reason why
GET /v1/subscriptions                                    subscriptions list
DELETE /v1/subscriptions/{subscription}                  subscriptions delete {subscription}
GET /v1/subscriptions/{subscription}                     subscriptions show {subscription}
PUT /v1/subscriptions/{subscription}                     subscriptions put {subscription}
GET /v1/voices                                           voices list
POST /v1/voices                                          voices mint {character} --recording {asset}
GET /v1/voices/presets                                   voices presets
POST /v1/voices/preview                                  voices mint {character} --recording {asset} --preview
GET /v1/voices/{voice}                                   voices show {voice}
GET /v1/voices/{voice}/impact                            impact {voice}
POST /v1/voices/{voice}/remint                           voices remint {voice} --reason why
POST /v1/voices/{voice}/retire                           voices retire {voice} --reason why
GET /v1/voices/{voice}/uses                              uses {voice}
GET /v1/webhooks                                         webhooks list
POST /v1/webhooks                                        webhooks add https://hooks.example.com --holder x
DELETE /v1/webhooks/{webhook}                            webhooks remove {webhook}
GET /v1/webhooks/{webhook}                               webhooks show {webhook}
PATCH /v1/webhooks/{webhook}                             webhooks change {webhook} --holder x
GET /v1/webhooks/{webhook}/dead-letters                  webhooks dead-letters {webhook}
POST /v1/webhooks/{webhook}/pause                        webhooks pause {webhook} --reason why
POST /v1/webhooks/{webhook}/redeliver                    webhooks redeliver {webhook}
POST /v1/webhooks/{webhook}/replay                       webhooks replay {webhook} --after 0
POST /v1/webhooks/{webhook}/resume                       webhooks resume {webhook}
POST /v1/webhooks/{webhook}/rotate                       webhooks rotate {webhook}
POST /v1/webhooks/{webhook}/test                         webhooks test {webhook}
"""
REACHED: Final = {
    (path, method): line
    for method, path, line in (row.split(maxsplit=2) for row in _TABLE.strip().splitlines())
}
OTHERWISE: Final = {
    ("/docs", "GET"): "a page for a browser",
    ("/docs/openapi-3.0.json", "GET"): "a page for a browser",
    ("/docs/static/{name}", "GET"): "a page for a browser",
    ("/docs/problems", "GET"): "a page for a browser",
    ("/docs/problems/{code}", "GET"): "a page for a browser",
    ("/openapi.json", "GET"): "for programs that make a client of it",
    ("/health/live", "GET"): "asked by what keeps the service running",
    ("/health/ready", "GET"): "asked by what keeps the service running",
    ("/metrics", "GET"): "asked by Prometheus",
    ("/v1/callbacks/kling/{submission}/{token}", "POST"): "the provider's way in",
    ("/v1/relay/{token}", "GET"): "the provider's way in",
    ("/v1/clips/{clip}/lineage", "GET"): "`lineage` asks for anything's, a clip's too",
    ("/v1/clips/{clip}/provenance", "GET"): "`lineage --format prov` asks for anything's, a clip's too",
    **dict.fromkeys(
        (
            (f"/v1/{kind}s/{{{kind}}}/history", "GET")
            for kind in ("character", "clip", "generation", "production", "scene")
        ),
        "`history` asks for anything's, theirs too",
    ),
    ("/v1/payloads/check", "POST"): "`check` judges here, without a service; the client has check_payload",
    ("/v1/elements/check", "POST"): "`elements adopt --file` asks it for all rows, before it adopts one",
    (
        "/v1/subscriptions/{subscription}/acknowledge",
        "POST",
    ): "`events --subscription` does it once all is printed",
}
"""Routes that no command of their own reaches, and why."""


def test_every_route_has_a_command_or_a_reason() -> None:
    """A route that neither table names fails here, and so does a row without a route."""
    assert REACHED.keys() | OTHERWISE.keys() == ENTRIES.keys()
    assert REACHED.keys() & OTHERWISE.keys() == set()


@pytest.mark.parametrize("route", REACHED, ids=lambda route: f"{route[1]} {route[0]}")
def test_the_command_asks_that_route(
    server: Script, run: Run, tmp_path: Path, route: tuple[str, str]
) -> None:
    """The command as the table writes it asks that route, of the thing it names, and nothing before it."""
    path, method = route
    file, new = tmp_path / "file.png", tmp_path / "new"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    own = {name: cards.an_id(name) for name in re.findall(r"{(\w+)}", path + REACHED[route])}
    own |= {
        "file": str(file),
        "new": str(new),
        "look": "winter",
        "position": "7",
        "number": "7",
        "subscription": "exporter",
        "thing": own.get("clip", "x"),
    }
    server.will(refuses(404, "not-found"))

    run(*(word.format(**own) for word in REACHED[route].split()))

    assert [(asked.method, asked.path) for asked in server.asked] == [(method, path.format(**own))]


def test_every_change_has_a_key_of_its_own(server: Script, run: Run) -> None:
    """Whatever a command changes it asks for under an idempotency key."""
    server.will(refuses(404, "not-found"))
    for (path, method), line in REACHED.items():
        if method != "GET" and "{" not in line and not path.endswith(("preview", "check")):
            run(*line.split())

    assert server.asked
    assert all(asked.key for asked in server.asked if asked.method != "GET")
