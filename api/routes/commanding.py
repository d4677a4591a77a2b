"""A visit (somebody reads) and a change (somebody writes): what every route is handed."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Concatenate, Final, ParamSpec, Self, TypeVar

from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from api.bootstrap import Continuity
from api.errors import Web, invalid, request_id_of, shown
from api.refusals import BadHeader, IdempotencyKeyMissing, OutOfReach, PositionNotReached
from api.roles import Caller, must_be_within
from api.routes.answering import MIN_POSITION, Answer, Reply
from api.routes.bounds import check_texts
from api.routes.waiting import Watch
from registry.deciders.command import Command
from registry.errors import NotFound
from registry.events.envelope import Context
from registry.events.ids import is_id
from registry.events.reads import Form
from registry.registry import Connection, Handled, Idempotency, Registry
from registry.views.places import KINDS, production_of

P = ParamSpec("P")
T = TypeVar("T")

_VERSION: Final = re.compile(r'"(\d{1,18})(?:\.[0-9a-f]{16})?(?:-gzip)?"')
"""A version, as it stands in the tag of an answer to a change, or with the digest of what was read (`api.manners`)."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one caller. Everything it sees belongs to the studio of the caller's key."""

    continuity: Continuity
    caller: Caller
    request_id: str

    @property
    def registry(self) -> Registry:
        return self.continuity.registry

    @property
    def studio(self) -> str:
        return self.caller.studio

    @property
    def within(self) -> tuple[str, ...]:
        """The productions that the key opens; none named is all of them."""
        return self.caller.productions

    def must_reach(self, *things: str | None) -> None:
        """Of what a body names: scenes, clips and the like must be within the key's productions. Raises NotFound."""
        for thing in things:
            if thing is not None and thing.partition("_")[0] in KINDS:
                must_be_within(self.caller, thing, lambda one: self.read(production_of, one))

    def must_pay_within(self, production: str | None) -> None:
        """What a key for single productions has made is paid by one of them. Raises OutOfReach and NotFound."""
        if self.within and production is None:
            raise OutOfReach(
                f"no production pays for this, and {self.caller.key} opens {', '.join(self.within)} alone",
                hint="name one of them as production",
            )
        self.must_reach(production)

    def read(
        self, query: Callable[Concatenate[Connection, str, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Ask a view about the caller's studio."""
        with self.registry.reading(self.studio) as connection:
            return query(connection, self.studio, *args, **kwargs)

    def noting(self, thing: str, form: Form, *, always: bool = False) -> Callable[[str], None]:
        """What puts on record, before bytes of `thing` go out, that this caller read them; where they show a real person."""

        def note(part: str) -> None:
            reads = self.continuity.reads
            reads.note(self.studio, thing, form, context=self.context(), part=part, always=always)

        return note

    def context(self, correlation_id: str = "") -> Context:
        """Who and why, for the events of this request."""
        return Context(
            actor=self.caller.key,
            request_id=self.request_id,
            correlation_id=correlation_id or self.request_id,
        )


@dataclass(frozen=True, slots=True)
class Change(Visit):
    """A request that changes something: under its idempotency key it happens once, however often it is sent."""

    key: str
    command_sha256: str
    version: int | None

    def earlier(self) -> Answer[Any] | None:
        """The first answer, when this very request was answered before. Raises KeyReused."""
        kept = self.registry.answered(self.studio, self.key, self.command_sha256)
        if kept is None:
            return None
        return Reply.unpack(kept).answer(replayed=True, position=self.registry.feed.head(self.studio))

    def make(self, *commands: Command, reply: Callable[[Connection], Reply]) -> Answer[Any]:
        """Append, and answer with what `reply` reads in the same commit. If-Match speaks about the first command's stream."""
        expected = {} if self.version is None else {commands[0].stream: self.version}
        handled = self.registry.handle(
            self.studio,
            commands,
            context=self.context(),
            idempotency=self.idempotency(reply),
            expected=expected,
        )
        return self.told(handled)

    def told(self, handled: Handled) -> Answer[Any]:
        """The kept answer, new or again, with how far the log has come: what `min_position` asks for."""
        if handled.answer is None:
            raise RuntimeError("the log kept no answer")
        return Reply.unpack(handled.answer).answer(replayed=handled.replayed, position=handled.position)

    def create(self, *commands: Command, reply: Callable[[Connection], Reply]) -> Answer[Any]:
        """Append what makes something new."""
        self.must_not_match()
        return self.make(*commands, reply=reply)

    def once(self, reply: Callable[[Connection], Reply]) -> Answer[Any]:
        """Change what is kept beside the events: `reply` does it, in one commit with its answer."""
        return self.told(self.registry.once(self.studio, self.context(), self.idempotency(reply)))

    def must_not_match(self, why: str = "this makes something new") -> None:
        """What is new has no version to compare. Raises BadHeader."""
        if self.version is not None:
            raise BadHeader(f"If-Match names a version, and {why}", hint="leave If-Match out")

    def idempotency(self, reply: Callable[[Connection], Reply]) -> Idempotency:
        """What the log needs to keep this request's answer."""
        return Idempotency(self.key, self.command_sha256, lambda connection: reply(connection).pack())

    def about(self, command: object) -> Self:
        """The same change with more in its digest: what was uploaded is not part of the JSON body."""
        said = f"{self.command_sha256} {json.dumps(command, sort_keys=True)}"
        digest = _kept_as(said, self.continuity.telling(self.caller.studio))
        return type(self)(self.continuity, self.caller, self.request_id, self.key, digest, self.version)


def named(prefix: str, text: str) -> str:
    """An id of that kind. Raises NotFound: what cannot exist does not."""
    if not is_id(text, prefix):
        raise NotFound(
            f"there is no {prefix} {text!r}", hint=f"ids of this kind read {prefix}_ and 26 characters"
        )
    return text


@dataclass
class KnownQueries:
    """(path, method) -> the query parameters that are known there; filled when the routes are."""

    names: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def check(self, request: Web) -> None:
        """A misspelt filter would answer everything, so it is refused. Raises InvalidRequest."""
        known = self.names.get((request.scope["path_template"], request.method), frozenset())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            message = f"not known here; known are: {', '.join(sorted(known)) or 'none'}"
            raise invalid(
                [
                    {"path": f"?{name}", "message": message, "value": shown(request.query_params[name])}
                    for name in unknown
                ]
            )


async def provide_visit(
    request: Web,
    continuity: NamedDependency[Continuity],
    known_queries: NamedDependency[KnownQueries],
    watch: NamedDependency[Watch],
) -> Visit:
    """The visit behind a request that came in with a key.

    Raises InvalidRequest for unknown query parameters, and PositionNotReached where a question asks for a log that has come
    farther than this one comes in time.
    """
    known_queries.check(request)
    check_texts(request)
    visit = Visit(continuity, request.user, request_id_of(request.scope))
    if MIN_POSITION in request.query_params:
        log = request.route_handler.opt.get("log", visit.studio)
        await _must_have_come(watch, log, _position(request.query_params[MIN_POSITION]), continuity)
    return visit


async def _must_have_come(watch: Watch, log: str, position: int, continuity: Continuity) -> None:
    """Wait a while until the log has come so far. Raises PositionNotReached."""
    feed, wait = continuity.registry.feed, continuity.settings.position_wait
    head = await watch.until(log, lambda: feed.head(log), lambda come: come >= position, wait=wait)
    if head < position:
        raise PositionNotReached(
            f"the log has come to position {head}, and {MIN_POSITION} asks for {position}",
            hint="ask again in a moment; if it stays, the log was restored from an older backup, or it is another studio's",
            position=head,
        )


def _position(said: str) -> int:
    """Raises InvalidRequest."""
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        message = "a position is a whole number from 0 on"
        raise invalid([{"path": f"?{MIN_POSITION}", "message": message, "value": shown(said)}])
    return int(said)


async def provide_question(visit: NamedDependency[Visit]) -> Visit:
    """The visit behind a request that sends JSON and changes nothing."""
    return visit


async def provide_change(
    request: Web,
    visit: NamedDependency[Visit],
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            description="Any text of 1 to 200 visible characters, new for every new change; the same for a repeat.",
        ),
    ] = None,
    if_match: Annotated[
        str | None,
        HeaderParameter(
            name="If-Match", description="The ETag last seen; the change fails when it is not current."
        ),
    ] = None,
) -> Change:
    """The change behind a request. Raises IdempotencyKeyMissing and BadHeader."""
    if idempotency_key is None:
        raise IdempotencyKeyMissing(
            f"{request.method} {request.url.path} changes something and needs an Idempotency-Key",
            hint="send any text that is new for this change, and the same one when you repeat it",
        )
    if not _KEY.fullmatch(idempotency_key):
        raise BadHeader(
            f"the Idempotency-Key of {len(idempotency_key)} characters is not usable",
            hint="use 1 to 200 visible ASCII characters",
        )
    said = None if _is_upload(request) else await request.json()
    return Change(
        visit.continuity,
        visit.caller,
        visit.request_id,
        idempotency_key,
        _digest(request, said, visit.continuity.telling(visit.caller.studio)),
        _version(if_match),
    )


def _is_upload(request: Web) -> bool:
    return bool(request.route_handler.opt.get("upload"))


def _digest(request: Web, said: Any, secret: bytes) -> str:
    """What the command is, however its JSON was written down; to be compared under our secret only, as names are soon guessed."""
    query = sorted(request.query_params.multi_items())
    whole = [request.method, request.url.path, query, said]
    return _kept_as(json.dumps(whole, sort_keys=True), secret)


def _kept_as(said: str, secret: bytes) -> str:
    return hmac.new(secret, said.encode(), sha256).hexdigest()


def _version(if_match: str | None) -> int | None:
    """The version in an If-Match; None for none, and for `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise BadHeader(
            f"If-Match {if_match[:80]!r} is no version of ours", hint='send the ETag as it came: "7"'
        )
    return int(found[1])
