"""Whatever was said of two people, in whatever order and before or after the link: erasing one leaves no word of her."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.blobs import store_for
from registry.deciders.asset import DescribeAsset, SupersedeAsset
from registry.deciders.character import AssignReference, IntroduceCharacter, ReviseCharacter
from registry.deciders.element import AdoptElement
from registry.deciders.generation import EndGeneration, OpenSubmission, RequestGeneration
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.looks import DefineLook
from registry.deciders.portrayal import LinkLikeness
from registry.deciders.scene import CastInScene, PlanShot
from registry.deciders.standing import Standing
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.erasure import carry_out, order_erasure
from tests.registry.erasing.person import ACCOUNT, ANNA, BEN, HER, SCENE, Person
from tests.registry.log.opened import ME, STUDIO, new_id, opened

Act = tuple[str, tuple[bool, bool]]
ACTS = some.tuples(
    some.sampled_from(["name", "look", "picture", "successor", "element", "shot", "film", "pay", "link"]),
    some.sampled_from([(True, False), (False, True), (True, True)]),
)
"""What happens, and whom of (her, him) it is about."""


TOGETHER = ("shot", "film", "pay")
"""Acts whose words are about everybody at once."""


class Story:
    """Acts on the studio; words about him alone are kept apart."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.his: list[str] = []
        self.cast: set[str] = set()
        self.pictures: dict[str, str] = {}
        self.linked = False

    def act(self, what: str, about: tuple[bool, bool]) -> None:
        who = [one for one, meant in ((ANNA, about[0]), (BEN, about[1])) if meant]
        for group in [who] if what in TOGETHER else [[one] for one in who]:
            start = len(self.person.words.made)
            getattr(self, what)(*group)
            if ANNA not in group:
                self.his += self.person.words.made[start:]
                del self.person.words.made[start:]

    def word(self) -> str:
        return self.person.words.word()

    def name(self, *who: str) -> None:
        for one in who:
            said = {"name": self.word(), "aliases": (self.word(),), "description": self.word()}
            self.person.log.handle(ReviseCharacter(stream=one, **said))  # type: ignore[arg-type]

    def look(self, *who: str) -> None:
        for one in who:
            self.person.log.handle(DefineLook(stream=one, look="winter", wardrobe=self.word()))

    def picture(self, *who: str) -> None:
        for one in who:
            asset = new_id("asset")
            self.person.log.handle(self.person.asset(asset))
            self.person.log.handle(AssignReference(stream=one, asset=asset, role="frontal"))
            self.pictures[one] = asset

    def successor(self, *who: str) -> None:
        for one in who:
            if old := self.pictures.get(one):
                asset = new_id("asset")
                self.person.log.handle(self.person.asset(asset))
                self.person.log.handle(DescribeAsset(stream=asset, description=self.word()))
                self.person.log.handle(SupersedeAsset(stream=old, by=asset, reason=self.word()))
                self.pictures[one] = asset

    def element(self, *who: str) -> None:
        for one in who:
            number = len(self.person.words.made) + len(self.his) + 1
            said = {"element_id": number, "account": ACCOUNT, "character": one, "attested_by": self.word()}
            self.person.log.handle(AdoptElement(stream=new_id("element"), **said))  # type: ignore[arg-type]

    def shot(self, *who: str) -> None:
        for one in who:
            if one not in self.cast:
                self.person.log.handle(CastInScene(stream=SCENE, character=one))
                self.cast.add(one)
        if self.cast == set(who):  # a text is about everybody who is cast
            self.person.log.handle(PlanShot(stream=SCENE, shot=new_id("shot"), action=self.word()))

    def film(self, *who: str) -> str:
        made, subjects = new_id("generation"), {"subjects": who, "retry_of": None, "approval": False}
        requested = self.person.event("GenerationRequested", shot=None, **subjects)
        plan = self.person.event("PlanCompiled", subjects=who)
        self.person.log.handle(RequestGeneration(stream=made, requested=requested, plan=plan))
        return made

    def pay(self, *who: str) -> None:
        made, paid = self.film(*who), new_id("submission")
        intent = self.person.event("SubmissionIntended", subject=made, subjects=who)
        self.person.log.handle(
            OpenSubmission(stream=made, submission=paid, standing=Standing()),
            IntendSubmission(stream=paid, intent=intent),
        )
        refused = self.person.event("SubmissionRejected", kind="final", answer=None)
        self.person.log.handle(NoteOnSubmission(stream=paid, event=refused))
        self.person.log.handle(EndGeneration(stream=made, outcome="refused", reason=self.word()))

    def link(self, *_who: str) -> None:
        if not self.linked:
            self.person.log.handle(LinkLikeness(stream=ANNA, likeness=HER))
            self.linked = True


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(some.lists(ACTS, max_size=12))
def test_no_word_of_her_is_left_and_his_stay(acts: list[Act]) -> None:
    """No table and no file holds a word of the erased; of the other everything reads as before."""
    with TemporaryDirectory() as folder, opened(Path(folder)) as log:
        person = Person(log, store_for(f"file://{folder}/blobs"), Path(folder))
        person.stage()
        story = Story(person)
        log.handle(
            IntroduceCharacter(stream=ANNA, depicts="real_person", name=person.words.word()),
            IntroduceCharacter(stream=BEN, depicts="fictional", name="Ben"),
            RegisterLikeness(stream=HER, name=person.words.word(), minor=False),
        )
        for what, about in acts:
            story.act(what, about)
        story.link()
        before = _told(person, story.his)

        order_erasure(log.registry, STUDIO, HER, "request", context=ME)
        carry_out(person.tools(), STUDIO, HER)

        assert person.traces() == {}
        assert _told(person, story.his) == before
        assert log.registry.rebuild().different == ()


def _told(person: Person, words: list[str]) -> list[str]:
    """Those of the words that events still tell."""
    told = repr(person.log.registry.feed.after(STUDIO, 0, limit=500))
    return [word for word in words if word in told]
