"""A studio with two people in it, one of whom will be erased; whatever speaks of her holds a word found nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import inspect

from registry.blobs import Blobs
from registry.deciders.account import OpenAccount
from registry.deciders.adopting import AdoptClip
from registry.deciders.asset import DescribeAsset, RegisterAsset
from registry.deciders.attesting import Attested, Seen
from registry.deciders.character import AssignReference, IntroduceCharacter, RetireCharacter, ReviseCharacter
from registry.deciders.clip import RecordClip
from registry.deciders.element import AdoptElement, Element
from registry.deciders.generation import (
    EndGeneration,
    OpenSubmission,
    RequestGeneration,
    StoreResult,
    WantCancel,
)
from registry.deciders.likeness import GrantConsent, RefuseUse, RegisterLikeness, RevokeConsent
from registry.deciders.looks import DefineLook
from registry.deciders.portrayal import LinkLikeness
from registry.deciders.production import ChooseAccount, OpenProduction
from registry.deciders.scene import CastInScene, OpenScene, PlanShot, RecordContinuity
from registry.deciders.standing import Standing
from registry.deciders.studio import OpenStudio
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.deciders.voice import AdoptVoice, Voice
from registry.erasure import Tools, vendor_id_of
from registry.events.envelope import Event
from registry.events.likeness import ConsentGranted
from registry.events.personal import personal_fields
from registry.events.references import FootagePrint, StoredBytes
from registry.registry import Idempotency
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import ME, STUDIO, Opened

ANNA, BEN = an_id("character", 1), an_id("character", 2)
HER, HIM = an_id("likeness", 1), an_id("likeness", 2)
FACE, PAPER, FRAME, HIS, BOTH = (an_id("asset", n) for n in range(1, 6))
ELEMENT, VOICE, ACCOUNT, SHOW = an_id("element"), an_id("voice"), an_id("account"), an_id("production")
SCENE, SHOT, CLIP = an_id("scene"), an_id("shot"), an_id("clip")
FOUND, FOUND_TOO = an_id("clip", 20), an_id("clip", 21)
MADE, OPEN, PAID = an_id("generation", 1), an_id("generation", 2), an_id("submission")
NOBODY: Final = "somebody else entirely"


@dataclass
class Words:
    """Makes words that occur nowhere else, and remembers them."""

    made: list[str] = field(default_factory=list)

    def word(self) -> str:
        self.made.append(f"canary-{token_hex(8)}")
        return self.made[-1]

    def digest(self) -> str:
        self.made.append(token_hex(32))
        return self.made[-1]

    def marked(self, event: Event, **changes: Any) -> Event:
        """The event with a word of its own in everything personal that it says."""
        said = {name: self._marked(getattr(event, name)) for name in personal_fields(type(event))}
        return event.model_copy(update=said | changes)

    def _marked(self, value: Any) -> Any:
        match value:
            case str() if len(value) == 64:
                return self.digest()
            case str():
                return self.word()
            case tuple():
                return (self.word(),)
            case dict():
                return {**value, "said": self.word()}
            case StoredBytes():
                return value.model_copy(update={"sha256": self.digest()})
            case FootagePrint():
                digests = {name: self.digest() for name in ("pictures", "sound", "poster")}
                return value.model_copy(update=digests)
            case _:
                return value


@dataclass
class Provider:
    """A provider that remembers what it was asked to delete; `away` makes it say no."""

    deleted: list[str] = field(default_factory=list)
    away: bool = False

    def delete(self, _account: object, made: Element | Voice) -> str | None:
        if self.away:
            return "it is away"
        self.deleted.append(str(vendor_id_of(made)))
        return None


@dataclass
class Person:
    """The told studio."""

    log: Opened
    blobs: Blobs
    folder: Path
    words: Words = field(default_factory=Words)
    provider: Provider = field(default_factory=Provider)

    def tools(self, **said: Any) -> Tools:
        return Tools(self.log.registry, self.blobs, self.provider, ME, **said)

    def keep(self, key: str, media_type: str = "image/png") -> StoredBytes:
        content = self.words.word().encode()
        stored = self.blobs.put(key, [content], content_type=media_type)
        self.words.made.append(stored.sha256)
        return StoredBytes(key=key, bytes=stored.size, sha256=stored.sha256, media_type=media_type)

    def asset(self, asset: str, **said: Any) -> RegisterAsset:
        return RegisterAsset(
            stream=asset,
            kind="picture",
            label=self.words.word(),
            original=self.keep(f"{STUDIO}/{asset}/original"),
            rendition=self.keep(f"{STUDIO}/{asset}/rendition"),
            fingerprint=self.words.digest(),
            rendition_fingerprint=self.words.digest(),
            **said,
        )

    def tell(self) -> None:
        self.stage()
        self._people()
        self._link()
        self._film()
        self._beside()

    def stage(self) -> None:
        handle = self.log.handle
        handle(OpenStudio(stream=STUDIO, name="Han River"), log="system")
        handle(
            OpenAccount(stream=ACCOUNT, name="main", region="sg", host="https://kling", key_fingerprint="ak")
        )
        handle(
            OpenProduction(stream=SHOW, name="Late Trains", unplaced=an_id("scene", 9)),
            OpenScene(stream=an_id("scene", 9), production=SHOW, name="Unplaced"),
            OpenScene(stream=SCENE, production=SHOW, name="Café"),
            ChooseAccount(stream=SHOW, account=ACCOUNT),
        )

    def _people(self) -> None:
        handle, word = self.log.handle, self.words.word
        handle(self.asset(FACE), self.asset(PAPER))
        handle(DescribeAsset(stream=FACE, description=word()))
        handle(
            IntroduceCharacter(
                stream=ANNA, depicts="real_person", name=word(), aliases=(word(),), description=word()
            )
        )
        handle(ReviseCharacter(stream=ANNA, name=word(), description=word()))
        handle(DefineLook(stream=ANNA, look="winter", wardrobe=word(), styling=word(), age=word()))
        kept, self.words.made = self.words.made, []
        handle(self.asset(HIS), self.asset(BOTH))
        self.words.made = kept
        handle(IntroduceCharacter(stream=BEN, depicts="fictional", name=NOBODY, description=NOBODY))
        handle(
            AssignReference(stream=ANNA, asset=FACE, role="frontal"),
            AssignReference(stream=ANNA, asset=BOTH, role="other"),
            AssignReference(stream=BEN, asset=HIS, role="frontal"),
            AssignReference(stream=BEN, asset=BOTH, role="other"),
        )

    def _link(self) -> None:
        handle, word = self.log.handle, self.words.word
        handle(
            AdoptElement(stream=ELEMENT, element_id=7, account=ACCOUNT, character=ANNA, attested_by=word())
        )
        voice = {"voice_id": "v-7", "account": ACCOUNT, "character": ANNA}
        handle(AdoptVoice(stream=VOICE, name=word(), attested_by=word(), **voice))  # type: ignore[arg-type]
        handle(RegisterLikeness(stream=HER, name=word(), minor=True, guardian=word()))
        handle(LinkLikeness(stream=ANNA, likeness=HER))
        consent = ConsentGranted(
            consent=an_id("consent"), starts_at=1, evidence=PAPER, signed_by=word(), voice=True
        )
        handle(GrantConsent(stream=HER, consent=consent))
        handle(RevokeConsent(stream=HER, consent=an_id("consent"), reason=word()))
        refused = self.event("LikenessUseRefused", character=ANNA, production=SHOW, subject=None)
        handle(RefuseUse(stream=HER, refused=refused))

    def _film(self) -> None:
        handle, word = self.log.handle, self.words.word
        handle(CastInScene(stream=SCENE, character=ANNA), PlanShot(stream=SCENE, shot=SHOT, action=word()))
        for generation in (MADE, OPEN):
            asked = self.event("GenerationRequested", approval=False, retry_of=None, subjects=(ANNA,))
            plan = self.event("PlanCompiled", subjects=(ANNA,))
            handle(RequestGeneration(stream=generation, requested=asked, plan=plan))
        intent = self.event("SubmissionIntended", subject=MADE, subjects=(ANNA,))
        handle(
            OpenSubmission(stream=MADE, submission=PAID, standing=Standing()),
            IntendSubmission(stream=PAID, intent=intent),
        )
        handle(self.note("SubmissionRejected", kind="load"))
        handle(self.note("SubmissionResent", after="load"))
        answer = self.keep(f"{STUDIO}/{PAID}/answer-1", "application/json")
        self.words.made.remove(answer.sha256)  # the digest of an answer tells nobody who was in it
        handle(self.note("SubmissionConfirmed", answer=answer))
        handle(
            self.note("TaskProcessing"), self.note("ProviderAnomaly"), self.note("TaskSucceeded", answer=None)
        )
        self.deliver()

    def adopt(self) -> None:
        """Footage of her from elsewhere: as a character, and as herself where no character plays her."""
        content = token_hex(20).encode()
        stored = self.blobs.put(f"{STUDIO}/{FOUND}/original", [content], content_type="video/mp4")
        kept = StoredBytes(key=stored.key, bytes=stored.size, sha256=stored.sha256, media_type="video/mp4")
        said = self.event("ClipAdopted", stored=kept)
        shown = Attested(production=SHOW, scene=SCENE, seen=(Seen(ANNA),))
        facts = {name: getattr(said, name) for name in ("stored", "footage", "marks", "recognised_by")}
        adopt = AdoptClip(
            stream=FOUND,
            label=said.label,
            source=said.source,
            ai_generated=False,
            attested=shown,
            **facts,
        )
        self.log.handle(adopt)
        bare = replace(shown, scene=an_id("scene", 9), seen=(), likenesses=(HER,))
        words = {"label": self.words.word(), "source": self.words.word()}
        self.log.handle(replace(adopt, stream=FOUND_TOO, attested=bare, recognised_by=None, **words))

    def deliver(self) -> None:
        handle, word = self.log.handle, self.words.word
        content = token_hex(20).encode()
        stored = self.blobs.put(f"{STUDIO}/{PAID}/clip", [content], content_type="video/mp4")
        clip = StoredBytes(key=stored.key, bytes=stored.size, sha256=stored.sha256, media_type="video/mp4")
        handle(WantCancel(stream=MADE, reason=word()))
        result = self.words.marked(example("ResultStored", stored=clip.model_dump()))
        handle(StoreResult(stream=MADE, result=result))  # type: ignore[arg-type]
        record = self.event("ContinuityRecorded", parents=(), subjects=(ANNA,), clip_sha256=clip.sha256)
        handle(
            RecordClip(stream=CLIP, clip=self.event("ClipRecorded", continues=None, stored=clip)),
            RecordContinuity(stream=SCENE, continuity=record),
            EndGeneration(stream=MADE, outcome="delivered", clip=CLIP, reason=word()),
        )

    def _beside(self) -> None:
        """What is kept beside the events: an answer, and what a worker left in its lease."""
        word = self.words.word()
        kept = Idempotency("asked-once", "d" * 64, lambda _: word.encode())
        self.log.handle(RetireCharacter(stream=ANNA, reason=self.words.word()), idempotency=kept)
        lease = self.log.registry.claim(owner="worker", lease_us=1_000_000)
        assert lease is not None
        self.log.registry.release(
            lease, due=1, note=self.words.word(), progressed=False, memory=self.words.word()
        )

    def event(self, name: str, **changes: Any) -> Any:
        return self.words.marked(example(name), **changes)

    def note(self, name: str, **changes: Any) -> NoteOnSubmission:
        return NoteOnSubmission(stream=PAID, event=self.event(name, **changes))

    def upkeep(self) -> None:
        """What the server does by itself now and then: it writes down values that are frequent, for its planner."""
        if self.log.database.dialect == "postgresql":
            self.log.raw("ANALYZE")

    def traces(self) -> dict[str, list[str]]:
        """Where any of the words is still found: in tables, and in the bytes of every file below the folder."""
        found: dict[str, list[str]] = {}
        for where, content in (*self._tables(), *self._files()):
            hits = [word for word in self.words.made if word.encode() in content]
            if hits:
                found[where] = hits
        return found

    def _tables(self) -> Iterator[tuple[str, bytes]]:
        for table in inspect(self.log.database.engine).get_table_names():
            yield f"table {table}", repr(self.log.raw(f"SELECT * FROM {table}")).encode()

    def _files(self) -> Iterator[tuple[str, bytes]]:
        """Those of the folder, and of the database where it has others."""
        for folder in (self.folder, *self._of_the_server()):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield str(path.relative_to(folder)), path.read_bytes()

    def _of_the_server(self) -> Iterator[Path]:
        """Where PostgreSQL keeps this database's relations, catalogues and indexes, written out as they are now."""
        if self.log.database.dialect == "postgresql":
            self.log.raw("CHECKPOINT")
            [(place, oid)] = self.log.raw(
                "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
            )
            yield Path(f"{place}/base/{oid}")
