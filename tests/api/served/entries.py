"""Who may enter where: every route of the service, and what it needs. Written by hand: a route without a row fails the tests."""

from __future__ import annotations

from typing import Final

_TABLE: Final = """
GET /docs                                                open
GET /docs/openapi-3.0.json                               open
GET /docs/problems                                       open
GET /docs/problems/{code}                                open
GET /docs/static/{name}                                  open
GET /health/live                                         open
GET /health/ready                                        open
GET /metrics                                             open
GET /openapi.json                                        open
GET /v1/accounts                                         reader
POST /v1/accounts                                        operator
GET /v1/accounts/keys                                    reader
GET /v1/accounts/{account}                               reader
POST /v1/accounts/{account}/hold                         operator
POST /v1/accounts/{account}/keys                         operator
POST /v1/accounts/{account}/resume                       operator
GET /v1/accounts/{account}/slots                         reader
PUT /v1/accounts/{account}/slots                         operator
GET /v1/assets                                           reader
POST /v1/assets                                          asset_writer
GET /v1/assets/{asset}                                   reader
PATCH /v1/assets/{asset}                                 asset_writer
GET /v1/assets/{asset}/content                           reader
GET /v1/assets/{asset}/impact                            reader
POST /v1/assets/{asset}/retire                           asset_writer
POST /v1/assets/{asset}/supersede                        asset_writer
GET /v1/assets/{asset}/thumbnail                         reader
GET /v1/assets/{asset}/uses                              reader
GET /v1/audit/determinism                                auditor
GET /v1/audit/{thing}/bundle                             auditor
POST /v1/callbacks/kling/{submission}/{token}            token
GET /v1/characters                                       reader
POST /v1/characters                                      asset_writer
GET /v1/characters/{character}                           reader
PATCH /v1/characters/{character}                         asset_writer
POST /v1/characters/{character}/declare                  consent_officer
GET /v1/characters/{character}/elements                  reader
GET /v1/characters/{character}/history                   reader
GET /v1/characters/{character}/impact                    reader
DELETE /v1/characters/{character}/likeness               consent_officer
POST /v1/characters/{character}/likeness                 consent_officer
POST /v1/characters/{character}/looks                    asset_writer
POST /v1/characters/{character}/looks/{look}/retire      asset_writer
GET /v1/characters/{character}/looks/{look}/uses         reader
DELETE /v1/characters/{character}/references             asset_writer
POST /v1/characters/{character}/references               asset_writer
POST /v1/characters/{character}/retire                   asset_writer
GET /v1/characters/{character}/uses                      reader
POST /v1/characters/{character}/voice                    asset_writer
GET /v1/clips                                            reader
POST /v1/clips                                           asset_writer
GET /v1/clips/{clip}                                     reader
POST /v1/clips/{clip}/approve                            approver
GET /v1/clips/{clip}/content                             reader
POST /v1/clips/{clip}/decide                             consent_officer
GET /v1/clips/{clip}/deliveries                          reader
POST /v1/clips/{clip}/deliveries                         approver
GET /v1/clips/{clip}/deliveries/{delivery}/content       reader
GET /v1/clips/{clip}/history                             reader
POST /v1/clips/{clip}/fingerprint                        asset_writer
GET /v1/clips/{clip}/lineage                             reader
GET /v1/clips/{clip}/provenance                          reader
GET /v1/clips/{clip}/notes                               reader
POST /v1/clips/{clip}/notes                              asset_writer
GET /v1/clips/{clip}/poster                              reader
GET /v1/clips/{clip}/receipt                             reader
POST /v1/clips/{clip}/reject                             approver
POST /v1/clips/{clip}/withdraw                           approver
POST /v1/clips/{clip}/withdraw-approval                  approver
GET /v1/deliveries                                       reader
GET /v1/elements                                         reader
POST /v1/elements                                        asset_writer
GET /v1/elements/census                                  reader
POST /v1/elements/census                                 operator
POST /v1/elements/check                                  reader
POST /v1/elements/preview                                reader
GET /v1/elements/{element}                               reader
GET /v1/elements/{element}/impact                        reader
POST /v1/elements/{element}/remint                       submitter
POST /v1/elements/{element}/retire                       asset_writer
GET /v1/elements/{element}/uses                          reader
GET /v1/events                                           reader
GET /v1/events/stream                                    reader
GET /v1/generations                                      reader
POST /v1/generations                                     submitter
POST /v1/generations/preview                             reader
GET /v1/generations/{generation}                         reader
GET /v1/generations/{generation}/events                  reader
POST /v1/generations/{generation}/approve                approver
POST /v1/generations/{generation}/cancel                 submitter
GET /v1/generations/{generation}/history                 reader
GET /v1/generations/{generation}/replay                  reader
POST /v1/generations/{generation}/retry                  submitter
GET /v1/history/{thing}                                  reader
GET /v1/history/{thing}/difference                       reader
GET /v1/history/{thing}/events/{number}                  reader
GET /v1/history/{thing}/state                            reader
GET /v1/keys                                             admin
POST /v1/keys                                            admin
GET /v1/keys/{key}                                       admin
POST /v1/keys/{key}/grant                                admin
POST /v1/keys/{key}/limit                                admin
POST /v1/keys/{key}/revoke                               admin
POST /v1/keys/{key}/rotate                               admin
POST /v1/keys/{key}/scope                                admin
POST /v1/keys/{key}/withdraw                             admin
GET /v1/likenesses                                       reader
POST /v1/likenesses                                      consent_officer
GET /v1/likenesses/{likeness}                            reader
POST /v1/likenesses/{likeness}/consents                  consent_officer
POST /v1/likenesses/{likeness}/consents/{consent}/revoke consent_officer
POST /v1/likenesses/{likeness}/erase                     consent_officer
GET /v1/likenesses/{likeness}/erasure                    reader
GET /v1/likenesses/{likeness}/impact                     reader
GET /v1/likenesses/{likeness}/uses                       reader
GET /v1/lineage/{thing}                                  reader
GET /v1/log/checkpoint                                   reader
POST /v1/log/checkpoints                                 auditor
GET /v1/log/completeness                                 auditor
GET /v1/log/keys                                         reader
GET /v1/log/proof/consistency                            reader
GET /v1/log/proof/inclusion                              reader
GET /v1/log/verify                                       auditor
POST /v1/lookup                                          reader
GET /v1/me                                               anybody
POST /v1/payloads/check                                  reader
GET /v1/productions                                      reader
POST /v1/productions                                     asset_writer
GET /v1/productions/{production}                         reader
PUT /v1/productions/{production}/account                 asset_writer
PUT /v1/productions/{production}/approval                approver
PUT /v1/productions/{production}/budget                  approver
POST /v1/productions/{production}/close                  asset_writer
GET /v1/productions/{production}/history                 reader
POST /v1/productions/{production}/pins                   asset_writer
DELETE /v1/productions/{production}/pins/{character}     asset_writer
GET /v1/productions/{production}/pins/{character}/impact reader
POST /v1/productions/{production}/pins/{character}/move  asset_writer
PUT /v1/productions/{production}/share                   asset_writer
GET /v1/productions/{production}/spend                   reader
PUT /v1/productions/{production}/territories             consent_officer
GET /v1/productions/{production}/timeline.otio           reader
GET /v1/queue                                            reader
GET /v1/reads                                            auditor
GET /v1/reconciliations                                  reader
POST /v1/reconciliations                                 operator
POST /v1/reconciliations/accept-restore                  approver
GET /v1/reconciliations/{reconciliation}                 reader
GET /v1/relay/{token}                                    token
GET /v1/scenes                                           reader
POST /v1/scenes                                          asset_writer
GET /v1/scenes/{scene}                                   reader
PATCH /v1/scenes/{scene}                                 asset_writer
DELETE /v1/scenes/{scene}/cast                           asset_writer
POST /v1/scenes/{scene}/cast                             asset_writer
POST /v1/scenes/{scene}/close                            asset_writer
POST /v1/scenes/{scene}/continue-from                    asset_writer
GET /v1/scenes/{scene}/continuity                        reader
POST /v1/scenes/{scene}/continuity/{position}/correct    asset_writer
GET /v1/scenes/{scene}/history                           reader
POST /v1/scenes/{scene}/pins                             asset_writer
DELETE /v1/scenes/{scene}/pins/{character}               asset_writer
GET /v1/scenes/{scene}/pins/{character}/impact           reader
POST /v1/scenes/{scene}/pins/{character}/move            asset_writer
POST /v1/scenes/{scene}/preview                          reader
POST /v1/scenes/{scene}/shots                            asset_writer
DELETE /v1/scenes/{scene}/shots/{shot}                   asset_writer
GET /v1/scenes/{scene}/timeline.otio                     reader
GET /v1/studios                                          anybody
POST /v1/studios                                         admin
POST /v1/studios/{studio}/limit                          admin
GET /v1/submissions                                      reader
GET /v1/submissions/{submission}                         reader
POST /v1/submissions/{submission}/resolve                operator
GET /v1/subscriptions                                    reader
DELETE /v1/subscriptions/{subscription}                  reader
GET /v1/subscriptions/{subscription}                     reader
PUT /v1/subscriptions/{subscription}                     reader
POST /v1/subscriptions/{subscription}/acknowledge        reader
GET /v1/voices                                           reader
POST /v1/voices                                          asset_writer
GET /v1/voices/presets                                   reader
POST /v1/voices/preview                                  reader
GET /v1/voices/{voice}                                   reader
GET /v1/voices/{voice}/impact                            reader
POST /v1/voices/{voice}/remint                           submitter
POST /v1/voices/{voice}/retire                           asset_writer
GET /v1/voices/{voice}/uses                              reader
GET /v1/webhooks                                         reader
POST /v1/webhooks                                        admin
DELETE /v1/webhooks/{webhook}                            admin
GET /v1/webhooks/{webhook}                               reader
PATCH /v1/webhooks/{webhook}                             admin
GET /v1/webhooks/{webhook}/dead-letters                  reader
POST /v1/webhooks/{webhook}/pause                        admin
POST /v1/webhooks/{webhook}/redeliver                    admin
POST /v1/webhooks/{webhook}/replay                       admin
POST /v1/webhooks/{webhook}/resume                       admin
POST /v1/webhooks/{webhook}/rotate                       admin
POST /v1/webhooks/{webhook}/test                         admin
"""

ENTRIES: Final = {
    (path, method): need for method, path, need in (line.split() for line in _TABLE.strip().splitlines())
}
"""(path, method) -> a role, `anybody` with a key, `token` in the address, or `open`."""

_REACH: Final = {
    "production": ("clips", "deliveries", "generations", "lookup", "productions", "scenes"),
    "library": ("assets", "characters", "elements", "likenesses", "me", "payloads", "studios", "voices"),
    "studio": (
        *("accounts", "audit", "events", "history", "keys", "lineage", "log", "queue"),
        *("reads", "reconciliations", "submissions", "subscriptions", "webhooks"),
    ),
}
_BY_ITSELF: Final = {
    **dict.fromkeys((f"/v1/elements/census {method}" for method in ("GET", "POST")), "studio"),
    "/v1/clips/{clip}/decide POST": "studio",
    "/v1/clips/{clip}/lineage GET": "studio",
    "/v1/clips/{clip}/provenance GET": "studio",
    "/v1/likenesses/{likeness}/erase POST": "studio",
    "/v1/likenesses/{likeness}/erasure GET": "studio",
    "/v1/productions POST": "studio",
    "/v1/studios POST": "studio",
    "/v1/studios/{studio}/limit POST": "studio",
}
_OF_FIRST_PART: Final = {part: reach for reach, parts in _REACH.items() for part in parts}


def reach_of(path: str, method: str) -> str:
    """How far a route with a key reaches: what is in a `production`, the `library`, or the whole `studio`."""
    if path.endswith(("/uses", "/impact")) and "/pins/" not in path:
        return "studio"
    return _BY_ITSELF.get(f"{path} {method}", _OF_FIRST_PART[path.split("/")[2]])
