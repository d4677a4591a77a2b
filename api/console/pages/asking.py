"""Ask for a clip: a form in film words, and beside it what would be sent, why, on whose face, and for how much.

Nothing is asked for that was not seen: what goes on names the plan's digest, and a digest of the form that was previewed.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from api.console.asked import Said, patch_between, request_of, seen_of
from api.console.doing import fields_of
from api.console.inside import Told, ask, look
from api.console.offering import faces_of, offer, places_to_film
from api.console.previewing import problem_of, prompts_of, reasons_kept, remarks_of
from api.console.rendering import page, part
from api.console.words import written
from api.errors import Web
from api.routes.commanding import Visit
from generation.retrying import OF_ITS_OWN_TIME
from registry.registry import Connection
from registry.views import clips, generations, scenes
from registry.views.naming import names_of

_PREVIEW: Final = "/v1/generations/preview"
_CHANGED: Final = "You changed something since the preview was made. This is what would be sent now: look at it, then go on."
_PLACES: Final = ("scene", "production", "continue_from", "edit", "retake_of", "ask.retry_of")


async def provide_named(  # noqa: PLR0913 - where one may come from
    *,
    scene: FromQuery[str] = "",
    shot: FromQuery[str] = "",
    production: FromQuery[str] = "",
    continue_from: FromQuery[str] = "",
    edit: FromQuery[str] = "",
    retake_of: FromQuery[str] = "",
    retry_of: FromQuery[str] = "",
) -> dict[str, str]:
    """What the address of the form names."""
    named = {"scene": scene, "shot": shot, "production": production, "continue_from": continue_from}
    named |= {"edit": edit, "retake_of": retake_of, "retry_of": retry_of}
    return {name: text for name, text in named.items() if text}


@get("/ask", dependencies={"named": Provide(provide_named)})
async def show_form(
    request: Web, visit: NamedDependency[Visit], named: NamedDependency[dict[str, str]]
) -> Response[str]:
    """The form, filled with what the address says: for a shot, going on from a clip, or as something was asked for before."""
    said = await sync_to_thread(_begun, visit, named)
    if not said.one("scene") and not said.one("production"):
        found = await sync_to_thread(visit.read, places_to_film, visit.within)
        return page(request, "ask-where.html", title="Ask for a clip", visit=visit, places=found)
    told = await _previewed(request, said) if said.says("action", "dialogue", "shots", "prompt") else None
    return await _form(request, visit, said, told)


@post("/ask", status_code=200)
async def show_preview(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """The form as it is filled, with its preview; for whoever looks without a script."""
    said = await _sent(request)
    return await _form(request, visit, said, await _previewed(request, said))


@post("/ask/preview", status_code=200)
async def renew_preview(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """The preview alone, for the script that puts it beside the form."""
    said = await _sent(request)
    await sync_to_thread(_must_reach, visit, said)
    told = await _previewed(request, said)
    shown = await sync_to_thread(_shown, visit, said, told, "")
    return part(request, "parts/preview.html", visit=visit, **shown)


@post("/ask/go", opt={"role": "submitter"}, status_code=303)
async def go(request: Web, visit: NamedDependency[Visit], key: FromQuery[str]) -> Response[Any]:
    """Ask for the clip whose preview was seen, and go where it is followed; else show what there is to see now."""
    said = await _sent(request)
    await sync_to_thread(_must_reach, visit, said)
    wanted, digest = request_of(said), said.one("plan_digest")
    if not digest or said.one("ask.seen") != seen_of(wanted):
        return await _form(request, visit, said, await _previewed(request, said), note=_CHANGED, status=409)
    seen = {**wanted, "plan_digest": digest, "accepted_by": visit.caller.holder}
    told = await _asked(request, visit, seen, said.one("ask.retry_of"), key)
    if told.fine:
        return Response(
            None, status_code=303, headers={"Location": f"/console/generations/{told.said['id']}"}
        )
    problem = problem_of(told)
    if problem.get("code") == "plan-changed":
        note = f"{problem['detail']} Look at it as it is now, then go on."
        return await _form(
            request, visit, said, await _previewed(request, said), note=note, status=told.status
        )
    return await _form(request, visit, said, problem, status=told.status)


async def _asked(request: Web, visit: Visit, wanted: dict[str, Any], retry_of: str, key: str) -> Told:
    """Ask for it anew, or as a change of what was asked for before."""
    if not retry_of:
        return await ask(request, "POST", "/v1/generations", wanted, key=key)
    earlier = await sync_to_thread(visit.read, generations.generation, retry_of)
    changes = patch_between(_again(earlier.request or {}), wanted)
    return await ask(request, "POST", f"/v1/generations/{earlier.id}/retry", {"changes": changes}, key=key)


async def _sent(request: Web) -> Said:
    said = Said(tuple(await fields_of(request)))
    return said.changed(said.one("ask.apply")) if said.one("ask.apply") else said


async def _previewed(request: Web, said: Said) -> dict[str, Any]:
    """The preview of what the form says, or the problem in its place."""
    told = await look(request, _PREVIEW, request_of(said))
    shown: dict[str, Any] = told.said if told.fine else problem_of(told)
    return shown


async def _form(
    request: Web,
    visit: Visit,
    said: Said,
    told: dict[str, Any] | None,
    *,
    note: str = "",
    status: int = 200,
) -> Response[str]:
    def read() -> dict[str, Any]:
        _must_reach(visit, said)
        return {"offer": visit.read(offer, said), **_shown(visit, said, told, note)}

    whole = await sync_to_thread(read)
    return page(request, "ask.html", title="Ask for a clip", visit=visit, status=status, **whole)


def _shown(visit: Visit, said: Said, told: dict[str, Any] | None, note: str) -> dict[str, Any]:
    """What the preview's part of the page needs."""
    told = told or {}
    remarks = remarks_of(told, said)
    payload = told.get("payload")
    who = [one["character"] for one in told.get("grounded", ()) if one["character"]]
    voices = [one["speaks_with"] for one in told.get("mapping", ()) if one["speaks_with"]]
    return {
        "said": said,
        "told": told,
        "note": note,
        "remarks": remarks,
        "kept": reasons_kept(said, remarks),
        "people": visit.read(faces_of, who),
        "names": visit.read(names_of, voices),
        "prompts": prompts_of(payload) if payload else [],
        "payload": written(payload),
        "seen": seen_of(request_of(said)),
        "key": secrets.token_urlsafe(18),
    }


def _must_reach(visit: Visit, said: Said) -> None:
    """Raises NotFound for what is beyond the key's productions."""
    visit.must_reach(*(said.one(place) or None for place in _PLACES))


def _begun(visit: Visit, named: dict[str, str]) -> Said:
    """The form as it begins. Raises NotFound."""
    visit.must_reach(*named.values())
    retry_of = named.pop("retry_of", "")
    request = visit.read(_first_request, named, retry_of)
    visit.must_reach(request.get("scene"))
    retried = [("ask.retry_of", retry_of)] if retry_of else []
    return Said((*Said.of_request(request).fields, *retried))


def _first_request(connection: Connection, log: str, named: dict[str, str], retry_of: str) -> dict[str, Any]:
    """What the address says, over what an earlier request said or the shot plans; the scene's cast, unless they say another."""
    parent = next((named[name] for name in ("retake_of", "continue_from", "edit") if name in named), "")
    clip = clips.clip(connection, log, parent) if parent.startswith("clip_") else None
    earlier = retry_of or (clip and "retake_of" in named and clip.generation) or ""
    if earlier.startswith("generation_"):
        before = generations.generation(connection, log, earlier)
        request = {"scene": before.scene, **_again(before.request or {}), **named}
    else:
        request = {"scene": clip.scene if clip else None, **_planned(connection, log, named), **named}
    goes_on = request.get("continue_from") or request.get("edit")
    if request["scene"] and request.get("cast") is None:
        scene = scenes.scene(connection, log, request["scene"])
        # The clip that is gone on from shows its people already (guide E).
        request["cast"] = [] if goes_on else [{"character": member.character} for member in scene.cast]
    return request


def _planned(connection: Connection, log: str, named: dict[str, str]) -> dict[str, Any]:
    """What is planned of the shot."""
    if "scene" not in named or "shot" not in named:
        return {}
    shots = scenes.scene(connection, log, named["scene"]).shots
    shot = next((one for one in shots if one.id == named["shot"]), None)
    return {} if shot is None else {"action": shot.action, "framing": shot.framing}


def _again(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in OF_ITS_OWN_TIME}


ROUTES: Any = Router(
    "/",
    route_handlers=[show_form, show_preview, renew_preview, go],
    opt={"reach": "production", "changes": "reader"},
    request_max_body_size=1024 * 1024,
)
