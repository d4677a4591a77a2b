"""Answers of the service as JSON, for scripts."""

from __future__ import annotations

from typing import Any

_SUFFIX = "01jd0000000000000000000000"
SHA = "ab" * 32


def an_id(prefix: str, number: int = 0) -> str:
    return f"{prefix}_{_SUFFIX[:-2]}{number:02d}"


def scene(number: int = 0, **said: Any) -> dict[str, Any]:
    plain = {
        **{"id": an_id("scene", number), "version": 1, "production": an_id("production"), "name": "The café"},
        **{
            "episode": 1,
            "number": 12,
            "setting": "",
            "cast": [],
            "shots": [],
            "pins": [],
            "continued_from": None,
        },
        **{"closed": False, "opened_at": 1_700_000_000_000_000},
    }
    return plain | said


def character(number: int = 0, **said: Any) -> dict[str, Any]:
    plain = {
        **{"id": an_id("character", number), "version": 1, "name": "Mina", "aliases": [], "kind": "person"},
        **{
            "depicts": "fictional",
            "description": "",
            "references": [],
            "looks": [],
            "retired": False,
            "introduced_at": 1_700_000_000_000_000,
        },
    }
    return plain | said


def asset(number: int = 0, **said: Any) -> dict[str, Any]:
    plain = {
        **{"id": an_id("asset", number), "version": 1, "kind": "picture", "label": "mina", "description": ""},
        **{"original": None, "rendition": None, "picture": None, "derived_from": None, "retired": False},
        **{"superseded_by": None, "registered_at": 1_700_000_000_000_000, "findings": []},
    }
    return plain | said


def generation(**said: Any) -> dict[str, Any]:
    plain = {
        **{
            "id": an_id("generation"),
            "version": 2,
            "production": an_id("production"),
            "scene": an_id("scene"),
        },
        **{
            "shot": None,
            "client_reference": None,
            "stage": "submitting",
            "pattern": "text",
            "plan_digest": SHA,
        },
        **{"account": an_id("account"), "submission": an_id("submission"), "clip": None, "outcome": None},
        **{"estimate_units": "3", "model": "kling-v3", "approved_by": None, "ceiling_units": None},
        **{"cancel_wanted": False, "take": 1, "takes": 1, "first_take": None, "retry_of": None},
        **{"priority": 0, "needed_by": None},
        **{"reason": "", "request": {}, "plan": {}, "requested_at": 1, "ended_at": None},
        **{"submission_card": submission(), "waiting_for": "task 1 is processing"},
    }
    return plain | said


def submission(**said: Any) -> dict[str, Any]:
    plain = {
        **{"id": an_id("submission"), "version": 2, "subject": an_id("generation"), "state": "processing"},
        **{"external_task_id": f"s-{_SUFFIX}", "account": an_id("account"), "host": "http://127.0.0.1:1"},
        **{"route": "/v1/videos/text2video", "wire_digest": SHA, "wire_bytes": 10, "sends": 1},
        **{"task_id": "1", "units": None, "reason": "", "answers": [], "intended_at": 1},
        **{"model": "kling-v3", "key_fingerprint": "0" * 16, "confirmed_at": 2, "done_at": None},
        **{"production": an_id("production"), "url_expires_at": None},
    }
    return plain | said


def production(**said: Any) -> dict[str, Any]:
    plain = {
        **{"id": an_id("production"), "version": 1, "name": "Café", "unplaced": an_id("scene")},
        **{"account": an_id("account"), "budget_units": None, "approval_above_units": None, "weight": 1},
        **{"pins": [], "closed": False, "opened_at": 1},
    }
    return plain | said


def clip(**said: Any) -> dict[str, Any]:
    stored = {"key": "k", "bytes": 4, "sha256": SHA, "media_type": "video/mp4"}
    plain = {
        **{"id": an_id("clip"), "version": 1, "generation": an_id("generation"), "scene": an_id("scene")},
        **{"submission": an_id("submission"), "shot": None, "stored": stored, "duration_us": 5_000_000},
        **{"width": 1280, "height": 720, "has_audio": True, "kling_url": "", "kling_url_expires_at": 1},
        **{"continues": None, "recorded_at": 1},
    }
    return plain | said


def event(position: int, **said: Any) -> dict[str, Any]:
    plain = {
        **{"position": position, "stream": an_id("scene"), "version": 1, "type": "SceneOpened"},
        **{"schema_version": 1, "recorded_at": 1, "actor": an_id("key"), "request_id": "r"},
        **{"causation_id": "", "correlation_id": "", "event_id": "e", "body": {}, "body_base64": "e30="},
        **{"leaf_hash": SHA},
    }
    return plain | said


def subscription(name: str = "exporter", **said: Any) -> dict[str, Any]:
    plain = {"name": name, "position": 3, "version": 2, "changed_at": 1, "behind_events": 0, "behind_us": 0}
    return plain | said


def page(*items: Any, then: int | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": then}
