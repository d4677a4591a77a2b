"""What callers send: one frozen model per body, extras forbidden, each with an example that works."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from generation.policies import EndFrame
from generation.rules.finding import Finding
from registry.deciders.command import NAME_LENGTH, TEXT_LENGTH
from registry.events.account import Scope
from registry.events.canonical import NotStorable, canonical
from registry.events.ids import AccountId, AssetId, ProductionId
from registry.events.references import CharacterKind, Depicts, LookName, ReferenceRole, Sha256
from registry.events.submission import Decision
from registry.views.assets import AssetCard
from registry.views.generations import GenerationCard
from registry.views.near import NearAsset
from registry.views.page import Card
from registry.views.submissions import SubmissionCard


def _storable(text: str) -> str:
    """The log keeps text exactly: no NUL, no lone surrogates."""
    try:
        canonical(text)
    except NotStorable as refused:
        raise ValueError(refused.why) from None
    return text


Text = Annotated[str, StringConstraints(max_length=TEXT_LENGTH), AfterValidator(_storable)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH),
    AfterValidator(_storable),
]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=NAME_LENGTH),
    AfterValidator(_storable),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LENGTH),
    AfterValidator(_storable),
]
Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=TEXT_LENGTH),
    AfterValidator(_storable),
]
"""A reason that says something."""
CharacterVersion = Annotated[StrictInt, Field(ge=1, le=2**31)]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_storable),
]
"""What the thing is called elsewhere, e.g. in a production tracker."""
Order = Annotated[StrictInt, Field(ge=0, le=1_000_000)]

ASSET = "asset_01jd0k4m5vf2s8m1q3x7w9y2ab"
CHARACTER = "character_01jd0k4m5vf2s8m1q3x7w9y2ab"
ACCOUNT = "account_01jd0k4m5vf2s8m1q3x7w9y2ab"
PRODUCTION = "production_01jd0k4m5vf2s8m1q3x7w9y2ab"
SCENE = "scene_01jd0k4m5vf2s8m1q3x7w9y2ab"
CLIP = "clip_01jd0k4m5vf2s8m1q3x7w9y2ab"


class Body(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def with_example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class NewAccount(Body):
    """A Kling account to send under. Without host and fingerprint those of the service's own settings are taken."""

    model_config = with_example(name="main", region="singapore")

    name: Name
    region: Name
    host: Name | None = None
    key_fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None


class NewHold(Body):
    """Which calls of the account stop, and why. `model` goes with the scope `model`."""

    model_config = with_example(scope="sending", reason="the budget meeting is on Monday")

    scope: Scope = "sending"
    model: Name | None = None
    reason: Reason


class EndOfHold(Body):
    """Which calls of the account go out again, and why."""

    model_config = with_example(scope="sending", reason="the card was charged")

    scope: Scope = "sending"
    model: Name | None = None
    reason: Reason


class Slots(Body):
    """How many tasks of a model the account may have open at once; `pack` is a note of the package that says so."""

    model_config = with_example(model="kling-v3-omni", slots=5, pack="trial")

    model: Name
    slots: Annotated[StrictInt, Field(ge=0, le=1000)]
    pack: Label = ""


class AssetWords(Body):
    """What an asset is called and shows; what is left out stays."""

    model_config = with_example(label="Mina, frontal", description="Daylight, neutral expression.")

    label: Label | None = None
    description: Text | None = None


class Successor(Body):
    """The asset that takes this one's place."""

    model_config = with_example(by=ASSET, reason="sharper scan")

    by: AssetId
    reason: Reason


class DigestQuestion(Body):
    """The digest of bytes that stay where they are: SHA-256, 64 lower-case hexadecimal digits."""

    model_config = with_example(sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")

    sha256: Sha256


class Because(Body):
    """Why."""

    model_config = with_example(reason="no longer needed")

    reason: Reason


class Retirement(Because):
    """Why, and whether the provider shall delete it too."""

    model_config = with_example(reason="a new one was made", delete=True)

    delete: StrictBool = False


class NewCharacter(Body):
    """Somebody, or something, that recurs."""

    model_config = with_example(
        name="Mina",
        aliases=["mina"],
        kind="person",
        depicts="fictional",
        description="A barista in her twenties.",
    )

    name: Name
    aliases: tuple[Name, ...] = Field(default=(), max_length=50)
    kind: CharacterKind = "person"
    depicts: Depicts | None = None
    """Needed for a person: nobody is presumed fictional."""
    description: Text = ""
    client_reference: Reference | None = None

    @model_validator(mode="after")
    def _declared(self) -> Self:
        if self.kind == "person" and self.depicts is None:
            raise ValueError("say whether the person is fictional: depicts is fictional or real_person")
        return self

    @property
    def depicted(self) -> Depicts:
        """Things are nobody."""
        return self.depicts or "fictional"


class CharacterWords(Body):
    """Name, aliases, description; what is left out stays."""

    model_config = with_example(name="Mina Seo", description="A barista in her thirties.")

    name: Name | None = None
    aliases: tuple[Name, ...] | None = Field(default=None, max_length=50)
    description: Text | None = None


class NewReference(Body):
    """A picture that stands for the character in a role, in a look (null: as introduced)."""

    model_config = with_example(asset=ASSET, role="frontal")

    asset: AssetId
    role: ReferenceRole
    look: LookName | None = None


class NewProduction(Body):
    """A show. Without an account the studio's only one is chosen, when it has exactly one."""

    model_config = with_example(name="Café")

    name: Name
    account: AccountId | None = None


class AccountChoice(Body):
    """The account that pays from here on."""

    model_config = with_example(account=ACCOUNT)

    account: AccountId


class NewScene(Body):
    """A place in the story. `episode` and `number` order scenes."""

    model_config = with_example(
        production=PRODUCTION, name="The last seat", episode=1, number=12, setting="a crowded café"
    )

    production: ProductionId
    name: Name
    episode: Order = 1
    number: Order = 0
    setting: Text = ""
    client_reference: Reference | None = None


class SceneWords(Body):
    """Name and setting; what is left out stays."""

    model_config = with_example(setting="the same café at dusk")

    name: Name | None = None
    setting: Text | None = None


class NewCastMember(Body):
    """Who plays: a character by id, name or alias. With a version or a look the scene pins the character."""

    model_config = with_example(character="mina")

    character: Name
    version: CharacterVersion | None = None
    look: LookName | None = None


class Resolution(Body):
    """A person's decision about a quarantined paid call. `task_id` is the provider's task, and goes with `adopt` alone."""

    model_config = with_example(decision="abandon", reason="the scene was cut", evidence="ticket 4711")

    decision: Decision
    reason: Reason
    evidence: Text = ""
    task_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,199}$")] | None = None


class PayloadToCheck(Body):
    """A body as somebody means to send it to Kling, and where; `end_frame_policy` null is the installation's."""

    endpoint: Annotated[str, StringConstraints(max_length=500)]
    body: Any
    end_frame_policy: EndFrame | None = None


class CheckedPayload(Card):
    """What the catalogue says about a payload; `legal` when nothing of severity E stands against it."""

    legal: bool
    findings: tuple[Finding, ...]


class AssetAnswer(AssetCard):
    """An asset, with what the vendor's limits say about its rendition (contract R40): it is kept all the same.

    `near` are at most ten other assets that look much like it, closest first, for a person to judge; None where they were not
    looked for, which is done when it is registered and when it is read.
    """

    findings: tuple[Finding, ...] = ()
    near: tuple[NearAsset, ...] | None = None


class GenerationAnswer(GenerationCard):
    """A generation with its paid call, and what an unfinished one waits for in the worker's words.

    `all_takes` are the generations asked for together, in order, this one among them; `note` is what else there is to know;
    `days_left` is how many whole days the provider still keeps the result, None before there is one.
    """

    submission_card: SubmissionCard | None = None
    waiting_for: str = ""
    days_left: int | None = None
    all_takes: tuple[str, ...] = ()
    note: str = ""


class FeedEvent(Card):
    """One event of the log. `body` is the opened event, `body_base64` the exact stored bytes, `leaf_hash` hexadecimal."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: int
    actor: str
    request_id: str
    causation_id: str
    correlation_id: str
    event_id: str
    body: dict[str, Any]
    body_base64: str
    leaf_hash: str


class Problem(BaseModel):
    """A refusal or failure (RFC 9457). `code` is stable; `errors` and `findings` name everything that is wrong at once.

    `state` is where the thing is instead of where it would have to be; amounts are Kling units.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    instance: str
    request_id: str
    errors: tuple[dict[str, Any], ...] | None = None
    findings: tuple[Finding, ...] | None = None
    current_version: int | None = None
    position: int | None = None
    state: str | None = None
    left_units: str | None = None
    needed_units: str | None = None
    committed_units: str | None = None
    spent_units: str | None = None
    reserved_units: str | None = None


class Received(BaseModel):
    """The call was taken; nothing is said about what becomes of it."""

    received: bool


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Whether requests can be served; `checks` names each part and what is wrong with it, `warnings` what ought to be better."""

    status: Literal["ready", "down"]
    schema_revision: str | None
    checks: dict[str, str]
    warnings: dict[str, str] = {}
