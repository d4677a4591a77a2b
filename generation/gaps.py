"""What can be missing or unusable when a request is resolved: one entry per kind, with an id, a source and a way out."""

from __future__ import annotations

from dataclasses import dataclass

from generation.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of gap. `way_out` says what to do, whatever the value was."""

    id: str
    title: str
    cites: tuple[str, ...]
    way_out: str

    def at(self, path: str, message: str, *alternatives: str) -> Finding:
        """The gap at one place of the request."""
        return Finding(
            rule=self.id,
            severity="E",
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
WITHDRAWN_CLIP = Gap(
    "E432", "The clip is withdrawn", ("guide E", "guide V.1"), "name another clip, or make a new one"
)
