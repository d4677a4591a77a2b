"""Who is behind a character, where a show is released, what a paid call stands on, and what becomes of clips."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.clip import ClipGone, DecideClip
from registry.deciders.command import AlreadyRetired
from registry.deciders.likeness import AlreadyErased, Use
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness, StillLinked, UnlinkLikeness
from registry.deciders.production import SetTerritories
from registry.deciders.standing import NoConsent, Standing, must_stand
from registry.errors import InvalidCommand, NotFound
from registry.events.character import CharacterDeclared, CharacterRetired, LikenessLinked, LikenessUnlinked
from registry.events.clip import ClipErased, ClipKept, ClipWithdrawn
from registry.events.envelope import Event
from registry.events.likeness import ConsentGranted, ConsentRevoked, ErasureOrdered
from registry.events.production import TerritoriesSet
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

MINA, WHO, CLIP, SHOW = an_id("character"), an_id("likeness"), an_id("clip"), an_id("production")
FICTIONAL = example("CharacterIntroduced", kind="person", depicts="fictional")
REAL = example("CharacterIntroduced", kind="person", depicts="real_person")
THING = example("CharacterIntroduced", kind="prop", depicts="fictional")
PERSON = example("LikenessRegistered")
LINK = LinkLikeness(stream=MINA, likeness=WHO)
LINKED = LikenessLinked(likeness=WHO)
DECLARE = DeclareCharacter(stream=MINA, depicts="real_person", reason=" cast from life ")
UNLINK = UnlinkLikeness(stream=MINA, reason=" her sister ")


def test_a_character_is_declared() -> None:
    """Whether somebody real is behind it can be put right at any time, also once it is retired."""
    declared = CharacterDeclared(depicts="real_person", reason="cast from life")

    assert given(FICTIONAL).when(DECLARE) == [declared]
    assert given(FICTIONAL, CharacterRetired(reason="")).when(DECLARE) == [declared]


def test_declarations_are_refused() -> None:
    """A thing depicts no real person, and whoever is linked is not fictional."""
    given(THING).refuses(DECLARE, InvalidCommand, "prop")
    given(REAL, LINKED).refuses(replace(DECLARE, depicts="fictional"), StillLinked, WHO)
    given().refuses(DECLARE, NotFound, MINA)


def test_declaring_the_same_is_quiet() -> None:
    """Saying what stands already writes nothing."""
    assert given(REAL).when(DECLARE) == []


def test_a_likeness_is_linked() -> None:
    """What the person allows holds for every use of the character from here on."""
    assert given(REAL).and_(WHO, PERSON).when(LINK) == [LINKED]
    assert folded(MINA, [REAL, LINKED]).portrayal.likeness == WHO


def test_links_are_refused() -> None:
    """Not to a fictional character, to nobody, to an erased person, or over another link."""
    other = replace(LINK, likeness=an_id("likeness", 2))

    given(FICTIONAL).and_(WHO, PERSON).refuses(LINK, InvalidCommand, "fictional")
    given(REAL).refuses(LINK, NotFound, WHO)
    given(REAL).and_(WHO, PERSON, ErasureOrdered(basis="request")).refuses(LINK, AlreadyErased, WHO)
    given(REAL, LINKED).and_(other.likeness, PERSON).refuses(other, StillLinked, WHO)


def test_linking_again_is_quiet() -> None:
    """The same link writes nothing."""
    assert given(REAL, LINKED).and_(WHO, PERSON).when(LINK) == []


def test_a_likeness_is_unlinked() -> None:
    """With a reason; the character goes on depicting a real person, whom nobody knows then."""
    [unlinked] = given(REAL, LINKED).when(UNLINK)
    state = folded(MINA, [REAL, LINKED, unlinked])

    assert unlinked == LikenessUnlinked(likeness=WHO, reason="her sister")
    assert (state.portrayal.depicts, state.portrayal.likeness) == ("real_person", None)


def test_unlinking_is_refused() -> None:
    """Without a link, and without a reason: a repeat is refused, not quiet."""
    given(REAL).refuses(UNLINK, NotFound, MINA)
    given(REAL, LINKED).refuses(replace(UNLINK, reason=" x "), InvalidCommand, "reason")


def test_territories_are_set() -> None:
    """Sorted, once each; a closed or absent production refuses, the same set is quiet."""
    command = SetTerritories(stream=SHOW, territories=("KR", "DE", "KR"))
    opened, wanted = example("ProductionOpened"), TerritoriesSet(territories=("DE", "KR"))

    assert given(opened).when(command) == [wanted]
    assert given(opened, wanted).when(command) == []
    given().refuses(command, NotFound, SHOW)


def test_a_clip_is_decided() -> None:
    """Kept in spite of somebody, withdrawn, or erased; what is withdrawn can still be erased."""
    keep = DecideClip(stream=CLIP, decision="keep", likeness=WHO, reason=" seen from behind ")
    withdraw = DecideClip(stream=CLIP, decision="withdraw", reason="not cleared")
    made, gone = example("ClipRecorded"), ClipWithdrawn(likeness=None, reason="not cleared")

    assert given(made).when(keep) == [ClipKept(likeness=WHO, reason="seen from behind")]
    assert given(made).when(withdraw) == [gone]
    assert given(made, gone).when(replace(withdraw, decision="erase")) == [
        ClipErased(likeness=None, reason="not cleared")
    ]


def test_decisions_about_clips_are_refused() -> None:
    """To keep says in spite of whom; every decision has a reason; an erased clip cannot be had back."""
    keep = DecideClip(stream=CLIP, decision="keep", reason="why not")
    made, erased = example("ClipRecorded"), example("ClipErased")

    given(made).refuses(keep, InvalidCommand, "whom")
    given(made).refuses(replace(keep, reason="x"), InvalidCommand, "reason")
    given(made, erased).refuses(replace(keep, likeness=WHO), ClipGone, CLIP)
    given(made, erased).refuses(replace(keep, decision="withdraw"), ClipGone, CLIP)
    given().refuses(keep, NotFound, CLIP)


def test_deciding_alike_again_is_quiet() -> None:
    """The same decision writes nothing; keeping in spite of somebody else does."""
    made, kept = example("ClipRecorded"), ClipKept(likeness=WHO, reason="seen from behind")
    keep = DecideClip(stream=CLIP, decision="keep", likeness=WHO, reason="again")
    gone = ClipWithdrawn(likeness=None, reason="not cleared")

    assert given(made, kept).when(keep) == []
    assert len(given(made, kept).when(replace(keep, likeness=an_id("likeness", 2)))) == 1
    assert given(made, gone).when(replace(keep, decision="withdraw")) == []
    assert given(made, example("ClipErased")).when(replace(keep, decision="erase")) == []


GRANTED = ConsentGranted(consent=an_id("consent"), starts_at=10, evidence=an_id("asset"), signed_by="Mina")
STANDS = Standing((MINA,), (WHO,), Use(SHOW, "draft", voice=False, at=10))


def stand(standing: Standing, *character: Event, likeness: tuple[Event, ...] = (PERSON, GRANTED)) -> None:
    """Whether a paid call stands, with Mina and her likeness having that history."""
    history = {
        MINA: character,
        WHO: likeness,
        SHOW: (example("ProductionOpened"),),
        CLIP: (example("ClipRecorded"),),
    }
    must_stand(standing, {name: folded(name, history.get(name, ())) for name in standing.reads})


def test_what_a_paid_call_stands_on() -> None:
    """Fictional people need no consent, real ones a linked likeness that covers it; a portrait's person may be retired."""
    stand(STANDS, FICTIONAL)
    stand(STANDS, REAL, LINKED)
    stand(Standing((), (WHO,), STANDS.use, shows=(MINA,)), REAL, LINKED, CharacterRetired(reason=""))


@pytest.mark.parametrize(
    ("likeness", "standing", "why"),
    [
        ((PERSON,), STANDS, "there is no consent"),
        ((PERSON, GRANTED, ConsentRevoked(consent=an_id("consent"), reason="")), STANDS, "it was revoked"),
        ((PERSON, GRANTED, ErasureOrdered(basis="request")), STANDS, "the person was erased"),
        ((PERSON, GRANTED), replace(STANDS, use=Use(SHOW, "draft", voice=False, at=9)), "it has not begun"),
        ((PERSON, GRANTED), replace(STANDS, use=Use(SHOW, "draft", voice=True, at=10)), "the voice"),
        ((PERSON, GRANTED), replace(STANDS, heard=frozenset({MINA})), "the voice"),
        ((PERSON, GRANTED), replace(STANDS, likenesses=()), "after this was asked for"),
        ((PERSON, GRANTED), replace(STANDS, use=None), "after this was asked for"),
    ],
)
def test_nobody_real_is_shown_without_consent(
    likeness: tuple[Event, ...], standing: Standing, why: str
) -> None:
    """The reason names what is missing; cast or only recognisable, it is the same."""
    shown = replace(standing, grounds=(), shows=(MINA,))
    for one in (standing, shown):
        with pytest.raises(NoConsent, match=why):
            stand(one, REAL, LINKED, likeness=likeness)


def test_what_else_stops_a_paid_call() -> None:
    """A real person without a likeness, what is retired, withdrawn or not there."""
    with pytest.raises(NoConsent, match="no likeness is linked"):
        stand(STANDS, REAL)
    with pytest.raises(AlreadyRetired, match=MINA):
        stand(STANDS, FICTIONAL, CharacterRetired(reason=""))
    with pytest.raises(NotFound, match=MINA):
        stand(STANDS)
    gone = folded(CLIP, [example("ClipRecorded"), ClipWithdrawn(reason="not cleared")])
    with pytest.raises(AlreadyRetired, match="withdrawn"):
        must_stand(Standing((CLIP,)), {CLIP: gone})
