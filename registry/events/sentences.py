"""One sentence for people about every event, and the reasons that it carries.

A sentence stands here as it reads, with the event's own fields in braces; what stands in square brackets is left out when a field
in it is empty, or replaced by what stands behind its bar. Erased words read as erased.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_origin

from pydantic import BaseModel

from registry.events.envelope import Event
from registry.events.personal import GONE, Erased

_TABLE: Final = """
AccountChosen             Requests are paid by {account} from here on.
AccountHeld               Calls of the account stop ({scope}[ {model}]), by a {by}: {message}
AccountKeyAttested        The key {key_fingerprint} was vouched for as the account's.
AccountOpened             The Kling account {name} ({region}) was made known.
AccountReconciled         The account was compared with the provider: {tasks} tasks, {submissions} of ours.
AccountResumed            Calls of the account go out again ({scope}[ {model}]), by a {by}.
AllowanceReleased         What was set aside for {submission} is free again.
AllowanceReserved         {units} units of the day were set aside for {submission}.
AllowanceSettled          {submission} took {units} units of the day.
ApprovalAwaited           The plan waits for a person's approval ({units} units), as the {asked_by} asks.
ApprovalRuleSet           [Plans above {above_units} units need approval|No plan needs approval] from here on.
ApprovalWithdrawn         The take does not go into the film after all.
AssetDescribed            It was described[ as {label}].
AssetErased               Its bytes and words were erased with {likeness}.
AssetRegistered           The {kind} was registered[ as {label}].
AssetRetired              Nothing new may stand on it from here on.
AssetSuperseded           {by} takes its place.
BudgetReleased            The {units} units set aside for {submission} are free again.
BudgetReserved            {units} units were set aside for {submission}.
BudgetSet                 The budget was set[ to {units} units|: no limit].
BudgetSettled             {submission} cost {units} units ({basis}).
BytesRead                 The {form} of {thing} was handed out.
CallbackReceived          The provider called[ about task {task_id}]: {status}.
CancelWanted              It shall be cancelled, after it was submitted.
CastReleased              {character} no longer plays in the scene.
CensusTaken               The account's elements and voices were counted: {bindings} of ours.
CharacterCast             {character} was cast, at version {character_version}.
CharacterDeclared         It was declared whom the character depicts: {depicts}.
CharacterDescribed        The character was described.
CharacterErased           The character was erased with {likeness}.
CharacterIntroduced       The character {name} was introduced ({kind}, {depicts}).
CharacterPinned           {character} stays as of version {character_version}[, in the look {look}].
CharacterRenamed          The character is called {name} from here on.
CharacterRetired          The character may not be cast any more.
ChargeWithoutEventFound   The provider deducted {theirs} units for task {task_id}, the log has [{ours}|none].
CheckpointKeyRotated      Checkpoints are signed with {public} from here on[, and with {previous} too].
ClipAdopted               Footage that was not made here was kept as a clip, in {scene}[, of {shot}][, from: {source}]
ClipApproved              The take was approved[: {note}]
ClipDelivered             The clip was handed to {to} ({role}, {basis}), reviewed by {reviewer}.
ClipErased                The clip's bytes were deleted[, with {likeness}].
ClipFingerprinted         The clip was looked at, so that copies of it are recognised.
ClipKept                  The clip stays in use in spite of {likeness}.
ClipNoted                 Somebody remarked: {text}
ClipRecorded              The clip was recorded, from {generation}.
ClipRejected              The take was rejected: {cause}.
ClipWithdrawn             The clip is not to be used any more[, for {likeness}].
ConsentGranted            The consent {consent} was granted[, signed by {signed_by}].
ConsentRevoked            The consent {consent} was taken back.
ContinuityCorrected       The record of {generation} was set right.
ContinuityRecorded        {generation} came to its end: {outcome}[, with {clip}][, by pattern {pattern}][, for {units} units].
CreationSucceeded         The provider has made it, as {made_id}[, for {units} units].
ElementAdopted            The element {element_id} of {account} was adopted for {character}.
ElementDeleted            The provider has deleted the element, on our word.
ElementLost               The account no longer has the element ({cause}).
ElementMintFailed         No element was made: {outcome}.
ElementMintRequested      An element of {inputs.character} was asked for, on {account}[, in place of {remint_of}].
ElementMinted             The provider made the element, as {element_id}[, for {units} units].
ElementRecovered          A census saw the element again.
ElementRetired            Nothing new may stand on the element from here on.
ErasureOrdered            The person is to be erased ({basis}).
EventWithoutChargeFound   The log has {ours} units for task {task_id}, the provider says [{theirs}|none].
GenerationEnded           It came to its end: {outcome}[, with {clip}].
GenerationRequested       A clip was asked for, in {scene}[, of {shot}][, as {client_reference}]; take {take} of {takes}.
KeyIssued                 The key was given to {holder}.
KeyLimited                The key may ask [{requests_per_minute} times|freely] a minute, [{units_per_day} units|any sum] a day.
KeyRevoked                The key opens nothing any more.
KeyRotated                The key has a new secret.
KeyScoped                 The key opens [{productions} alone|the whole studio].
LikenessErased            The person was erased.
LikenessLinked            {likeness} is the real person behind the character.
LikenessRegistered        The real person {name} was registered.
LikenessUnlinked          The link to {likeness} was a mistake.
LikenessUseRefused        {character} was asked for[ in {production}] without a consent that covers it.
LookDefined               The look {look} was defined.
LookRetired               Nothing new may be made in the look {look}.
OrphanTaskFound           The provider has a task {task_id} that nothing here stands for ({kind}).
ParentAwaited             It waits for {parent}, whose clip it continues.
PinReleased               {character} is used as it is now again.
PlanApproved              A person approved the plan, at up to {ceiling_units} units.
PlanCompiled              The plan was compiled by pattern {pattern}, for {estimate_units} units.
PlanVoided                The approved plan is not what would be sent now.
ProductionClosed          The production was closed.
ProductionOpened          The production {name} was opened.
ProviderAnomaly           The provider said what cannot be: {what}
QuarantineResolved        A person decided: {decision}[ task {task_id}].
ReferenceAssigned         {asset} shows the character ({role}[, in the look {look}]).
ReferenceWithdrawn        {asset} no longer stands for the character ({role}[, in the look {look}]).
RestoreAccepted           A person lets paid calls go out again from the restored log.
ResultStored              The result is in our store, as {clip}.
RoleGranted               The key may do more: {role}.
RoleWithdrawn             The key may do less: not {role}.
SceneClosed               The scene was closed.
SceneContinuedFrom        The scene takes up where {clip} of {scene} left off.
SceneDescribed            The scene is {name} from here on[, set in: {setting}]
SceneOpened               The scene {name} was opened[, set in: {setting}]
ShareSet                  The production's share of slots is {weight}.
ShotDropped               {shot} is not to be filmed.
ShotPlanned               {shot} was planned: {action}
SlotsSet                  {slots} tasks of {model} may be open at once.
StudioImported            The studio was brought in from an archive, up to position {position}.
StudioLimited             All may ask [{requests_per_minute} times|freely] a minute, [{units_per_day} units|any sum] a day.
StudioMoved               The studio goes to another installation.
StudioOpened              The studio {name} was opened.
StudioReopened            The move was called off, at position {position}.
SubmissionClosed          It is never sent again.
SubmissionConfirmed       The provider has accepted it as task {task_id} (known by {via}).
SubmissionDisproved       Every look came back empty: nothing was accepted.
SubmissionIntended        {bytes} bytes are about to be sent to {host} as {external_task_id}, for {subject}.
SubmissionNotSent         Not a byte was sent.
SubmissionOpened          Its paid call is {submission}.
SubmissionQuarantined     A person has to decide.
SubmissionRejected        The provider refused ({http}/{code}, {kind}): {message}
SubmissionResent          The same bytes go out again (after {after}).
SubmissionUnknown         Nobody knows whether the provider accepted.
TaskFailed                The provider gave up: {message}
TaskProcessing            The provider has begun.
TaskSucceeded             The provider is done[, for {units} units].
TerritoriesSet            It is released in [{territories}|the whole world].
ViewsRebuilt              All views were made anew from {events} events and compared.
VoiceAdopted              The voice {voice_id} was adopted for {character}.
VoiceBound                The character speaks with {voice} from here on.
VoiceDeleted              The provider has deleted the voice, on our word.
VoiceLost                 The account no longer has the voice ({cause}).
VoiceMintFailed           No voice was made: {outcome}.
VoiceMintRequested        A voice of {inputs.character} was asked for, on {account}[, in place of {remint_of}].
VoiceMinted               The provider made the voice, as {voice_id}[, for {units} units].
VoiceRecovered            A census saw the voice again.
VoiceRetired              Nobody new speaks with the voice.
VoiceUnbound              The character has no voice of its own any more.
WebhookAdded              {url} is told of what happens from here on.
WebhookDescribed          Who receives was said anew: {holder}.
WebhookPaused             Nothing is told until it is resumed ({cause}).
WebhookRemoved            Nothing is told any more.
WebhookReplayed           Everything after position {after} is told again.
WebhookResumed            It goes on where it was.
WebhookSecretRotated      It signs with a new secret.
WebhookTargetChosen       {url} is told from here on.
WebhookTypesChosen        It tells [{types}|all events] from here on.
"""
SENTENCES: Final[Mapping[str, str]] = dict(line.split(maxsplit=1) for line in _TABLE.strip().splitlines())
"""Event -> its sentence."""
_MAY_GO: Final = re.compile(r"\[([^][]*)\]")
_FIELD: Final = re.compile(r"{([a-z_0-9.]+)}")
_REASONS: Final = (
    *(
        "cause",
        "reason",
        "basis",
        "note",
        "scale_ruled_out",
        "message",
        "evidence",
        "detail",
        "what",
        "decision",
    ),
    *("accept", "accepted", "mode_reason"),
)
"""Fields, of an event or of the request in it, in which somebody or something says why."""


def sentence(event: Event) -> str:
    """What happened, for people."""
    parts = _MAY_GO.split(SENTENCES[event.NAME])
    return "".join(
        _chosen(part, event) if number % 2 else _filled(part, event) for number, part in enumerate(parts)
    )


def reasons(event: Event) -> dict[str, Any]:
    """Why, as far as the event says it: its own words, and the cautions accepted in a request. Erased words read as erased."""
    request = getattr(event, "request", None)
    said = {**(request if isinstance(request, Mapping) else {}), **dict(event)}
    return {name: _word(said[name]) for name in _REASONS if said.get(name) not in (None, "", {}, ())}


def _chosen(part: str, event: Event) -> str:
    """A part that may go: itself where all its fields are there, else what stands behind its bar."""
    wanted, _, otherwise = part.partition("|")
    there = all(_of(event, name) not in (None, "", ()) for name in _FIELD.findall(wanted))
    return _filled(wanted if there else otherwise, event)


def _filled(text: str, event: Event) -> str:
    return _FIELD.sub(lambda field: _in_words(event, field[1]), text)


def _in_words(event: Event, path: str) -> str:
    """A field as it is said: a word of ours (`sync_failure`) as people write it, what people wrote as it is."""
    word = str(_word(_of(event, path)))
    ours = (
        path in type(event).model_fields and get_origin(type(event).model_fields[path].annotation) is Literal
    )
    return word.replace("_", " ") if ours else word


def _of(event: BaseModel, path: str) -> Any:
    value: Any = event
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _word(value: Any) -> Any:
    if isinstance(value, Erased):
        return GONE
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
