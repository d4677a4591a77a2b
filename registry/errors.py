"""Everything the registry refuses or fails with.

RegistryError
├── Refusal               a broken rule; nothing was written
│   ├── InvalidCommand    the command itself is malformed, whatever the state
│   └── (one subclass per rule, in the decider that owns it)
├── NotFound              the thing named does not exist (or belongs to another studio: the same answer)
├── VersionConflict       the caller named a version that is no longer current (If-Match)
├── KeyReused             an idempotency key came back with another command
├── AnswerErased          an idempotency key came back, and its kept answer went with an erased person
├── AlreadyRegistered     a view's uniqueness says this exists already; carries what exists
├── StaleLease            a worker acted under a lease that somebody else holds now
├── LogBusy               the log could not take the command in time; the same key may be repeated
├── UnknownEvent          the log holds an event type this code does not know; the reader stops
├── LogClosed             the studio was moved elsewhere, or is being brought in; a Refusal
├── MarkUnusable          the mark of what was last sent cannot be read or written; nothing is sent
├── CheckpointsUnusable   the places or keys of checkpoints cannot be used; nothing is signed
├── LogForked             the log is not the one that was signed: rolled back or rewritten
├── HistoryTampered       stored rows contradict each other or their hashes
├── ArchiveError          an archive of a studio cannot be used
│   ├── ArchiveDamaged    something in it is not what was exported; the message names it
│   ├── ArchiveUnfinished the export was cut short and has to be given again
│   └── WrongPassphrase   the key file does not open with this passphrase
└── BlobError
    ├── BlobMissing       no bytes under that key
    ├── BlobCorrupt       the bytes do not match the recorded digest
    ├── BlobExists        other bytes are already stored under that key
    ├── NotAPicture       the bytes are no picture we accept, or one cut short
    │   └── PictureTooLarge   it would unfold into more than is decoded (perhaps a bomb)
    ├── NotFootage        the bytes are no complete MP4 or MOV clip
    ├── NotSound          the bytes are no complete MP3 or WAV recording
    ├── NotADocument      the bytes are no complete PDF and no plain text
    ├── NotAnAsset        the bytes are of no kind that is taken, or of another than was said
    ├── AssetTooLarge     more bytes than an asset of that kind may have
    ├── CannotMark        no C2PA manifest can be written into a copy of the bytes
    └── BlobStoreDown     the store cannot be reached, is full, or answers nonsense

Each carries a stable `code`, a message with the offending value and a `hint` that says what to do next.
No HTTP numbers here: `api/errors.py` is the only place that knows them.
"""

from __future__ import annotations

from typing import Any, ClassVar


class RegistryError(Exception):
    """Root of the tree. `code` is stable and published; `detail` is machine-readable context."""

    code: ClassVar[str] = "registry-error"

    def __init__(self, message: str, *, hint: str = "", **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class Refusal(RegistryError):
    """A rule says no. Expected, and nothing was written."""

    code = "refused"


class InvalidCommand(Refusal):
    """The command is malformed whatever the state: wrong length, unknown word, value out of range."""

    code = "invalid"


class NotFound(RegistryError):
    """Nothing by that id in this studio. Foreign and absent ids answer alike."""

    code = "not-found"


class LogClosed(Refusal):
    """Nothing may be appended to this log: it was moved to another installation, or is being brought in from one."""

    code = "studio-closed"


class VersionConflict(RegistryError):
    """The caller's expected version is not the stream's. `detail['current']` is the version now."""

    code = "version-conflict"


class KeyReused(RegistryError):
    """The idempotency key was used before for another command."""

    code = "idempotency-key-reused"


class AnswerErased(RegistryError):
    """The command was done once and is not done again; its kept answer may have spoken of somebody who was erased since."""

    code = "answer-erased"


class AlreadyRegistered(RegistryError):
    """A uniqueness rule of a view was broken: a twin was committed first. Look it up and answer that."""

    code = "already-registered"


class StaleLease(RegistryError):
    """The lease epoch of the caller is not the current one: another worker took over."""

    code = "stale-lease"


class LogBusy(RegistryError):
    """The log could not commit in time or is shutting down; whether the command landed is unknown unless `landed` is False."""

    code = "log-busy"


class UnknownEvent(RegistryError):
    """An event name or version this code does not know. Reading on would invent history."""

    code = "unknown-event"


class HistoryTampered(RegistryError):
    """Rows in the log contradict each other: a hole, a wrong hash, a changed body."""

    code = "history-tampered"


class ArchiveError(RegistryError):
    """Root of what an archive of a studio is refused with."""

    code = "archive-error"


class ArchiveDamaged(ArchiveError):
    """A file of the archive, or one thing in it, is missing or is not what was exported."""

    code = "archive-damaged"


class ArchiveUnfinished(ArchiveError):
    """The folder holds no finished export."""

    code = "archive-unfinished"


class WrongPassphrase(ArchiveError):
    """The key file is whole and was made under another passphrase."""

    code = "wrong-passphrase"


class MarkUnusable(RegistryError):
    """The mark of what was last sent from a log cannot be read or made durable, so nothing is sent from it."""

    code = "mark-unusable"


class CheckpointsUnusable(RegistryError):
    """Checkpoints cannot be read, kept or signed here; the log itself is not affected."""

    code = "checkpoints-unusable"


class LogForked(RegistryError):
    """The log does not begin with the history that was signed: it was rolled back or rewritten. Nothing is signed."""

    code = "log-forked"


class BlobError(RegistryError):
    """Root of what blob stores and picture intake fail with."""

    code = "blob-error"


class BlobMissing(BlobError):
    """No bytes under that key."""

    code = "blob-missing"


class BlobCorrupt(BlobError):
    """Stored bytes no longer match the recorded digest."""

    code = "blob-corrupt"


class BlobExists(BlobError):
    """The key holds other bytes already; blobs are never overwritten."""

    code = "blob-exists"


class NotAPicture(BlobError):
    """The bytes are not a JPEG, PNG or WebP picture that can be decoded within the limits."""

    code = "not-a-picture"


class PictureTooLarge(NotAPicture):
    """A picture, by its header, that would unfold into more pixels, memory or time than it may: perhaps a bomb."""

    code = "picture-too-large"


class NotFootage(BlobError):
    """The bytes are not a complete MP4 or MOV clip with a picture track."""

    code = "not-footage"


class NotSound(BlobError):
    """The bytes are not a complete MP3 or WAV recording."""

    code = "not-sound"


class NotADocument(BlobError):
    """The bytes are not a complete PDF and not plain text."""

    code = "not-a-document"


class NotAnAsset(BlobError):
    """The bytes are of no kind that is taken, or of another kind than was said."""

    code = "not-an-asset"


class AssetTooLarge(BlobError):
    """More bytes than an asset of that kind may have."""

    code = "asset-too-large"


class CannotMark(BlobError):
    """No copy of the bytes with a C2PA manifest of ours can be made; the bytes themselves are untouched."""

    code = "cannot-mark"


class BlobStoreDown(BlobError):
    """The store is unreachable, full, or refuses us."""

    code = "blob-store-down"
