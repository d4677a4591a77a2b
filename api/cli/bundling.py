"""A bundle on this machine: a ZIP as it came, or a folder of it; with the clips and pictures beside it where they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson

from api.client import LocalFailure
from registry.proof.bundle import MEDIA

if TYPE_CHECKING:
    from api.client import ContinuityClient

Tell = Callable[[str, int, int | None], None]
"""(what, bytes done, bytes in all if that is known)"""
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_ZIP: Final = ".zip"


def write_bundle(
    client: ContinuityClient, thing: str, target: Path, *, media: bool, pictures: bool, tell: Tell
) -> None:
    """Fetch the bundle into `target`, which gets its name when all of it is there. Raises ContinuityError and LocalFailure."""
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:
            whole = Path(beside) / "bundle.zip"
            client.download_bundle(thing, whole, pictures=pictures, on_bytes=partial(tell, "the bundle"))
            if media:
                with ZipFile(whole, "a") as opened:
                    _add_media(client, opened, Path(beside), tell)
            if target.suffix == _ZIP:
                whole.replace(target)
                return
            folder = Path(beside) / "bundle"
            unpacked(whole, folder)
            folder.replace(target)
    except OSError as failed:
        raise LocalFailure(
            "cannot-write", f"{target} cannot be written: {failed.strerror or failed}", "choose another place"
        ) from failed


def _add_media(client: ContinuityClient, opened: ZipFile, beside: Path, tell: Tell) -> None:
    """Every clip and picture that the bundle names, one after another; each is checked against the digest it has there."""
    for told in list(_media(opened)):
        thing, file = str(told["id"]), beside / "media"
        if thing.startswith("clip_"):
            client.download_clip(thing, file, receipt=False, on_bytes=partial(tell, thing))
        else:
            client.download_asset(thing, file, rendition=True)
        info = ZipInfo(told["file"], _LONG_AGO)
        info.compress_type = ZIP_STORED
        info.external_attr = 0o644 << 16
        with file.open("rb") as source, opened.open(info, "w", force_zip64=True) as member:
            copyfileobj(source, member)
        file.unlink()


def _media(opened: ZipFile) -> Iterator[dict[str, Any]]:
    with opened.open(MEDIA) as lines:
        yield from (orjson.loads(line) for line in lines)


def unpacked(bundle: Path, folder: Path) -> Path:
    """The folder of a bundle: itself, or what a ZIP holds, in `folder`. Raises LocalFailure; nothing lands outside `folder`."""
    if bundle.is_dir():
        return bundle
    try:
        with ZipFile(bundle) as opened:
            opened.extractall(folder)
    except (BadZipFile, OSError, RuntimeError) as failed:
        raise LocalFailure(
            "no-bundle", f"{bundle} cannot be unpacked: {failed}", "name the folder of a bundle, or its ZIP"
        ) from None
    return folder
