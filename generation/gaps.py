"""What can be missing or unusable when a request is resolved: one entry per kind, with an id, a source and a way out."""

from __future__ import annotations

from dataclasses import dataclass

from generation.rules.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of gap. With severity W it is a caution, and one that only informs (I) stops nothing. `way_out` says what to do."""

    id: str
    title: str
    cites: tuple[str, ...]
    way_out: str
    severity: Severity = "E"

    def at(self, path: str, message: str, *alternatives: str) -> Finding:
        """The gap at one place of the request."""
        return Finding(
            rule=self.id,
            severity=self.severity,
            title=self.title,
            message=f"{message}: {self.way_out}",
            about="request",
            path=f"$.{path}",
            cites=self.cites,
            alternatives=alternatives,
        )


_GROUNDING = ("guide F3.3",)
_ASSETS = ("guide 1.2",)
_CONSENT: tuple[str, ...] = ()

UNKNOWN_CHARACTER = Gap(
    "E401", "Unknown character", _GROUNDING, "introduce the character first, or correct the name"
)
SPEAKER_NOT_CAST = Gap(
    "E402",
    "The speaker is not cast",
    _GROUNDING,
    "add the speaker to the cast, or give the line to somebody who is",
)
NO_GROUNDING = Gap(
    "E403", "Nothing shows the character", _GROUNDING, "assign a reference picture, or adopt an element"
)
FOREIGN_ELEMENT = Gap(
    "E404",
    "The element is on another account",
    ("contract section 6",),
    "adopt or make an element on this account",
)
RETIRED = Gap("E405", "Retired", _ASSETS, "name what took its place")
UNKNOWN_ASSET = Gap("E406", "Unknown asset", _ASSETS, "register the picture first, or correct the id")
NOT_A_PICTURE = Gap("E407", "The asset is no picture", ("contract section 10",), "name a picture")
UNKNOWN_PARENT = Gap(
    "E408",
    "Unknown clip to go on from",
    ("guide E", "guide V.1"),
    "name a clip of this studio, or the generation that made it",
)
PARENT_WITHOUT_URL = Gap(
    "E409",
    "The clip to go on from has no address",
    ("guide E",),
    "wait until its generation has delivered",
)
PARENT_EXPIRED = Gap(
    "E410",
    "The vendor no longer serves the clip to go on from",
    ("guide E", "contract section 10"),
    "set CONTINUITY_PUBLIC_URL, so that we can serve our copy; or make the clip again and go on from the new one",
)
NO_ACCOUNT = Gap(
    "E411", "No account is chosen", ("contract section 6",), "choose an account for the production"
)
CAST_TWICE = Gap("E412", "Cast twice", _GROUNDING, "name each character once")
UNKNOWN_SCENE = Gap("E413", "Unknown scene", ("guide 4.1",), "open the scene first, or correct the id")
SHARED_FACE = Gap(
    "E414", "One picture for two people", ("guide A2", *_GROUNDING), "assign each their own picture"
)
TOO_DEAR = Gap("E420", "Dearer than max_units", ("contract section 10",), "raise max_units, or ask for less")
NO_BUDGET = Gap(
    "E421",
    "The production's budget does not hold it",
    ("contract section 10",),
    "raise the budget, ask for fewer takes, or wait until what is reserved is released",
)
NO_ALLOWANCE = Gap(
    "E427",
    "The day's allowance does not hold it",
    ("contract section 10",),
    "come again after midnight UTC, or have an admin raise the limit of the key or the studio",
)
ANOTHER_PLAN = Gap(
    "E426",
    "Another plan than was seen",
    ("contract section 10",),
    "look at the plan as it is now, and name its own digest, or leave plan_digest out",
)
UNKNOWN_TAKE = Gap(
    "E415", "Unknown take", ("guide 1.14",), "name the clip that this take answers, or leave retake_of out"
)
UNKNOWN_SHOT = Gap("E416", "Unknown shot", ("guide 4.1",), "name a shot that is planned in the scene")
UNKNOWN_PRODUCTION = Gap(
    "E417", "Unknown production", ("guide 4.1",), "open the production, or correct the id"
)
OTHER_PRODUCTION = Gap("E418", "The scene is another production's", ("guide 4.1",), "leave production out")
AMBIGUOUS = Gap(
    "E419", "A name of several", _GROUNDING, "name the character by id, or cast one of them in the scene"
)
LOOK_AGAINST_PIN = Gap(
    "E422",
    "The request asks for another look than is pinned",
    ("guide F3.7",),
    "leave look out, or move the pin to the look that is meant",
)
UNUSABLE_LOOK = Gap(
    "E423",
    "No such look",
    ("guide F3.7",),
    "name a look the character has in that version, or define it first",
)
BEHIND = Gap(
    "I401",
    "Pinned at an older version",
    ("guide F.3",),
    "that is what the pin is for; to use the newest, move the pin",
    severity="I",
)
TOO_FEW_VIEWS = Gap(
    "E441",
    "Too few pictures for an element",
    ("contract R50", *_GROUNDING),
    "assign a frontal picture and at least one other view in this look",
)
NOT_ITS_PICTURE = Gap(
    "E442", "The picture is no reference of the character", _ASSETS, "assign it to the character first"
)
NO_ADDRESS = Gap(
    "E443",
    "Kling cannot fetch it",
    ("contract R51", "contract R57"),
    "set CONTINUITY_PUBLIC_URL, so that we can serve our copy, or name a clip that Kling still serves",
)
NO_SUCH_VOICE = Gap(
    "E444", "The voice cannot be used here", ("contract R54",), "adopt or mint a voice on this account"
)
CANNOT_SPEAK = Gap("E445", "It has no voice", ("contract R54",), "name a person or a creature")
NO_RECORDING = Gap(
    "E446",
    "No such recording or clip",
    ("contract R57",),
    "name a recording, a video or a clip of this studio",
)
WRONG_LENGTH = Gap(
    "E447", "Too short or too long", ("contract R55", "contract R58"), "name one of the right length"
)
UNKNOWN_ACCOUNT = Gap(
    "E448", "Unknown account", ("contract section 6",), "open the account first, or correct the id"
)
NOT_ALLOWED = Gap(
    "E449", "What it stands on does not allow it", ("contract section 6",), "put that right, then ask again"
)
NOT_HUMAN = Gap(
    "E450",
    "Only a person's element is made from a video",
    ("contract R55", "contract section 6"),
    "make it from pictures",
)
ONE_SOURCE = Gap("E451", "Two sources", ("contract R52", "contract R57"), "name one")
RETIRED_VOICE = Gap(
    "E460",
    "The voice is retired",
    ("contract section 7", "contract R54"),
    "stand on an element with a live voice, or leave the lines out",
)
LOST_VOICE = Gap(
    "W461",
    "The voice cannot be used",
    ("contract section 7", "contract R54"),
    "remint it, bind another, or write into accept why it will do",
    severity="W",
)
FOREIGN_VOICE = Gap(
    "W462",
    "The voice is on another account",
    ("contract section 6", "contract section 7"),
    "remint it on this account, or write into accept why it will do",
    severity="W",
)
SHARED_VOICE = Gap(
    "W463",
    "Two speakers with one voice",
    ("guide F3.12", "guide F3.13"),
    "give each their own, or write into accept why they sound alike",
    severity="W",
)
SILENT_VOICE = Gap(
    "I464",
    "A voice on a silent clip",
    ("guide F3.15", "contract R54"),
    "nothing needs to be done, unless somebody was to speak",
    severity="I",
)
VOICE_NOT_CARRIED = Gap(
    "I465",
    "The voice is not in the picture",
    ("contract R35", "contract R54"),
    "Kling takes voices through elements alone: mint one with this voice for it to be heard",
    severity="I",
)
MINT = Gap(
    "E425",
    "The element must be minted",
    ("contract section 6", *_GROUNDING),
    "mint it again, or adopt one that shows the same",
)
STALE_ELEMENT = Gap(
    "W424",
    "The element is stale",
    ("contract section 6", *_GROUNDING),
    "mint another one as the character is now, or write into accept why it will do",
    severity="W",
)
NO_CONSENT = Gap(
    "E430",
    "No consent of the person shown",
    _CONSENT,
    "register a consent that covers it, or show somebody else",
)
NO_LIKENESS = Gap(
    "E431",
    "A real person without a likeness",
    _CONSENT,
    "link the person's likeness, or declare the character fictional",
)
ADOPTED_PARENT = Gap(
    "E433",
    "The vendor has never had the adopted clip",
    ("guide E", "contract R17"),
    "set CONTINUITY_PUBLIC_URL, so that we can serve our copy; or go on from a clip that was made here",
)
NOBODY_PLAYS = Gap(
    "E434",
    "A real person in the clip is behind no character",
    _CONSENT,
    "introduce them as a character with their likeness, and adopt the footage again with the character",
)
WITHDRAWN_CLIP = Gap(
    "E432", "The clip is withdrawn", ("guide E", "guide V.1"), "name another clip, or make a new one"
)
