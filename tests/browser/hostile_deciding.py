"""The rest of the studio of scripts: what people decide of clips, requests and paid calls, and what they close."""

from __future__ import annotations

import time
from typing import Final

from registry.deciders.submission import NoteOnSubmission
from registry.events.envelope import Context
from registry.events.submission import SubmissionQuarantined
from registry.log.marks import Mark
from tests.api.served.filming import Film
from tests.api.served.serving import Served
from tests.browser.scripts import BECAUSE, SCRIPT, SHORT, say
from tests.servers.copying import film as footage
from tests.servers.copying import shots
from tests.servers.world import new_id, wall

_PATIENCE: Final = 20.0


def decide(film: Film, found: dict[str, str]) -> None:
    """Decisions and ends; what they are about comes to `found` where it has a page."""
    _decide_clip(film, found)
    _end_scene(film, found)
    _restore(film.service)


def _decide_clip(film: Film, found: dict[str, str]) -> None:
    """Footage of a person that is kept, delivered and withdrawn; a request that is taken back; a paid call in doubt."""
    service = film.service
    content = footage(shots(count=30))
    said = {"production": found["production"], "ai_generated": "no", "source": SCRIPT, "label": SCRIPT}
    headers = {"Content-Type": "video/mp4"}
    clip = say(service, "POST", "/v1/clips", content=content, params=said, headers=headers)["id"]
    here = f"/v1/clips/{clip}"
    told = {"to": SCRIPT, "role": "deployer", "basis": "label_shown", "reviewer": SCRIPT, "note": SCRIPT}
    early = {**told, "depicts_real_person": "no", "accept": {"W701": SCRIPT}}
    say(service, "POST", f"{here}/deliveries", early)
    say(service, "POST", f"{here}/approve", {"note": SCRIPT})
    kept = {"decision": "keep", "likeness": found["likeness"], **BECAUSE}
    say(service, "POST", f"{here}/decide", kept)
    say(service, "POST", f"{here}/withdraw-approval", BECAUSE)
    say(service, "POST", f"{here}/withdraw", BECAUSE)
    found["withdrawn"] = clip


def _end_scene(film: Film, found: dict[str, str]) -> None:
    """A scene with pins that are taken out, a corrected record, a request that is taken back; closed with its production."""
    service, character = film.service, found["character"]
    production = say(
        service, "POST", "/v1/productions", {"name": f"{SCRIPT} ended", "account": found["account"]}
    )["id"]
    scene = say(service, "POST", "/v1/scenes", {"production": production, "name": SCRIPT})["id"]
    here = f"/v1/scenes/{scene}"
    say(service, "POST", f"{here}/cast", {"character": character})
    for place in (f"/v1/productions/{production}", here):
        say(service, "POST", f"{place}/pins", {"character": character, "look": "winter"})
        say(service, "DELETE", f"{place}/pins/{character}", params=BECAUSE)
    corrected = f"/v1/scenes/{found['scene']}/continuity/{found['record']}/correct"
    say(service, "POST", corrected, {"framing": f"wide shot {SCRIPT}", **BECAUSE})
    complaint = {"cause": "sync_failure", "accept": {"W601": SCRIPT}, **BECAUSE}
    say(service, "POST", f"/v1/clips/{found['clip']}/reject", complaint)
    _take_back(film, production, found)
    _abandon(film, production, found)
    say(service, "POST", f"{here}/close", BECAUSE)
    say(service, "POST", f"/v1/productions/{production}/close", BECAUSE)
    found |= {"closed": scene, "over": production}


def _take_back(film: Film, production: str, found: dict[str, str]) -> None:
    """Requests that wait for an approval, one of which is taken back."""
    line = {"language": SHORT, "timing": SHORT, "turns": [{"speaker": found["recast"], "line": SCRIPT}]}
    brief = {**line, "turns": [{"speaker": found["recast"], "line": SHORT}]}  # a shot has 512 characters
    shown = {
        "production": production,
        "cast": [{"character": found["recast"]}],
        "approval": True,
        "accept": {"W505": SCRIPT, "W513": SCRIPT},
        "accepted_by": SCRIPT,
    }
    spoken = {
        **shown,
        "action": SCRIPT,
        "setting": SCRIPT,
        "framing": f"wide shot {SCRIPT}",
        "dialogue": line,
    }
    say(film.service, "POST", "/v1/generations", spoken)
    first = {"action": SCRIPT, "framing": SCRIPT, "duration": 5}
    second = {"action": "Rain.", "dialogue": brief, "duration": 5}
    say(film.service, "POST", "/v1/generations", {**shown, "shots": [first, second]})
    asked = {
        "production": production,
        "prompt": f"A lantern. {SCRIPT}",
        "client_reference": SCRIPT,
        "mode": "pro",
        "mode_reason": SCRIPT,
        "approval": True,
    }
    waiting = say(film.service, "POST", "/v1/generations", asked)["id"]
    say(film.service, "POST", f"/v1/generations/{waiting}/cancel", BECAUSE)
    found["cancelled"] = waiting


def _abandon(film: Film, production: str, found: dict[str, str]) -> None:
    """A paid call of which nobody knows, given up by a person."""
    service, ours = film.service, {"prompt_contains": "A second lantern"}
    film.kling.order(do="drop_before_accept", match=ours)
    film.kling.order(on="query", do="http_status", status=500, match=ours)
    asked = {"production": production, "action": f"A second lantern {SCRIPT}"}
    paid = _doubted(service, say(service, "POST", "/v1/generations", asked)["id"])
    film.kling.forgive()
    note = NoteOnSubmission(stream=paid, event=SubmissionQuarantined(reason="not found by itself"))
    service.continuity.registry.handle(service.continuity.studio, [note], context=Context("test"))
    decided = {"decision": "abandon", "evidence": SCRIPT, **BECAUSE}
    say(service, "POST", f"/v1/submissions/{paid}/resolve", decided)
    found["abandoned"] = paid


def _doubted(service: Served, generation: str) -> str:
    """The paid call of a generation, once its outcome is unknown."""
    end = time.monotonic() + _PATIENCE
    while True:
        paid = service.get(f"/v1/generations/{generation}").json()["submission_card"]
        if paid and paid["state"] == "unknown":
            return str(paid["id"])
        assert time.monotonic() < end, paid
        time.sleep(0.05)


def _restore(service: Served) -> None:
    """A database older than the last known mark, accepted by a person."""
    continuity = service.continuity
    mark = Mark(position=10**6, event_id=new_id("event"), recorded_at=wall())
    continuity.marks.advance(continuity.studio, mark)
    for account in service.get("/v1/accounts").json()["items"]:
        say(service, "POST", "/v1/reconciliations", {"account": account["id"]})
    say(service, "POST", "/v1/reconciliations/accept-restore", {**BECAUSE})
