"""What a confined child does with C2PA manifests: read the one in a file, write a new one around what is there.

The library is imported on use, as it is the optional extra `c2pa`. It fetches nothing: not a manifest that lies elsewhere, and
not the state of a certificate. A file's words are cut and cleaned before they leave.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final

from .confinement import Job, reading

_MOST: Final = 200
_STATES: Final = {"Trusted": "trusted", "Valid": "valid"}
_ALONE: Final = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
    "core": {"backing_store_memory_threshold_in_mb": 16},
    "builder": {"thumbnail": {"enabled": False}, "certificate_status_fetch": None},
}


def read(source: int, *, media_type: str) -> dict[str, Any]:
    """The active manifest in a few words; `absent` where there is none, `damaged` where nobody can read it."""
    import c2pa

    with reading(source) as file, c2pa.Context.from_dict(_ALONE) as context:
        try:
            with c2pa.Reader(media_type, file, context=context) as reader:
                store = json.loads(reader.json())
        except c2pa.C2paError.ManifestNotFound:
            return {"state": "absent"}
        except c2pa.C2paError as error:
            return {"state": "damaged", "problems": [_word(error)]}
    return _told(store)


def write(  # noqa: PLR0913 - what a signature is made of
    source: int,
    target: int,
    *,
    media_type: str,
    definition: dict[str, Any],
    parent: bool,
    certificates: str,
    key: str,
    algorithm: str,
    time_stamps: str,
) -> dict[str, Any]:
    """A copy with a new manifest. With `parent` what the file says of itself already becomes the ingredient it goes on from."""
    import c2pa

    info = c2pa.C2paSignerInfo(algorithm, certificates.encode(), key.encode(), time_stamps or None)
    with (
        reading(source) as file,
        os.fdopen(os.dup(target), "w+b") as out,
        c2pa.Context.from_dict(_ALONE) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(definition, context=context) as builder,
    ):
        if parent:
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        builder.sign(signer, media_type, file, out)
    return {}


def _told(store: dict[str, Any]) -> dict[str, Any]:
    active = str(store.get("active_manifest") or "")
    manifest = store.get("manifests", {}).get(active, {})
    generators = manifest.get("claim_generator_info") or [{"name": manifest.get("claim_generator", "")}]
    signature = manifest.get("signature_info") or {}
    failed = (store.get("validation_results") or {}).get("activeManifest", {}).get("failure", [])
    return {
        "state": _STATES.get(store.get("validation_state", ""), "invalid"),
        "manifest": _word(active),
        "generator": _word(generators[0].get("name", "")),
        "signer": _word(signature.get("common_name") or signature.get("issuer") or ""),
        "source_type": next(_source_types(manifest), ""),
        "problems": [_word(one.get("code", "")) for one in failed[:10]],
    }


def _source_types(manifest: dict[str, Any]) -> Iterator[str]:
    for assertion in manifest.get("assertions", []):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in assertion.get("data", {}).get("actions", []):
                if action.get("digitalSourceType"):
                    yield _word(str(action["digitalSourceType"]).rpartition("/")[2])


def _word(said: object) -> str:
    """What a stranger's file says, harmless and short."""
    return "".join(letter if letter.isprintable() else " " for letter in str(said))[:_MOST].strip()


JOBS: dict[str, Job] = {"c2pa.read": read, "c2pa.write": write}
