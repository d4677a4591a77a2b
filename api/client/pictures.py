"""Calls about assets: bytes in, cards and bytes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.client.answers import AssetAnswer, RegisteredAsset, read_as
from api.client.errors import LocalFailure
from api.client.transfer import FileBody, OnBytes, download
from api.client.wire import Call, Calls, at
from registry.views.assets import AssetCard


def quiet(_done: int, _all: int | None) -> None:
    """Hear how far a transfer came, and do nothing."""


class PictureCalls(Calls):
    """Assets."""

    def register_asset(
        self,
        file: Path,
        *,
        label: str | None = None,
        on_bytes: OnBytes = quiet,
        idempotency_key: str | None = None,
    ) -> RegisteredAsset:
        """Upload a picture, footage, sound or a document as it is, streamed; `label` is the file's name unless given.

        The bytes say what they are. The same bytes again answer the first asset. Raises ContinuityError (`not-an-asset`,
        `not-a-picture`, …) and LocalFailure.
        """
        body = FileBody(file, on_bytes)
        key = idempotency_key or self._wire.manners.make_key()
        try:
            headers = {"Idempotency-Key": key} | body.headers()
            wanted = {"label": file.stem if label is None else label}
            answer = self._wire.answer(Call("POST", at("assets"), wanted, headers, stream=body.stream))
        except OSError as failed:
            why = failed.strerror or str(failed)
            raise LocalFailure(
                "unreadable-file", f"{file} cannot be read: {why}", "check path and rights"
            ) from failed
        return RegisteredAsset(asset=read_as(AssetAnswer, answer.body), created=answer.status == 201)

    def asset(self, asset: str) -> AssetAnswer:
        return self._wire.read(AssetAnswer, at("assets", asset))

    def assets(self) -> Iterator[AssetCard]:
        return self._wire.pages(AssetCard, at("assets"))

    def describe_asset(
        self,
        asset: str,
        *,
        label: str | None = None,
        description: str | None = None,
        version: int | None = None,
    ) -> AssetAnswer:
        said = {"label": label, "description": description}
        body = {name: value for name, value in said.items() if value is not None}
        return read_as(AssetAnswer, self._wire.change("PATCH", at("assets", asset), body, version=version))

    def supersede_asset(self, asset: str, *, by: str, reason: str) -> AssetAnswer:
        """Let another asset take its place from here on."""
        body = {"by": by, "reason": reason}
        return read_as(AssetAnswer, self._wire.change("POST", at("assets", asset, "supersede"), body))

    def retire_asset(self, asset: str, *, reason: str) -> AssetAnswer:
        """Let nothing new stand on it."""
        return read_as(
            AssetAnswer, self._wire.change("POST", at("assets", asset, "retire"), {"reason": reason})
        )

    def download_asset(
        self, asset: str, target: Path, *, rendition: bool = False, on_bytes: OnBytes = quiet
    ) -> Path:
        """The original, byte for byte, or the rendition that goes out. Raises DigestMismatch."""
        wanted = {"rendition": "true"} if rendition else {}
        return download(self._wire, at("assets", asset, "content"), target, on_bytes, **wanted)

    def download_thumbnail(self, asset: str, target: Path, *, side: int = 320) -> Path:
        """A small upright JPEG, at most so many pixels wide and high."""
        return download(self._wire, at("assets", asset, "thumbnail"), target, quiet, side=str(side))
