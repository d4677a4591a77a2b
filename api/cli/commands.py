"""Every command by name: where it stands, and the first words of its help; what stands there is imported when it is wanted.

The words stand here too, so that `continuity --help` imports nothing; a test holds them to those of the commands.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import rich_click as click

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "accounts": ("studios", "Kling accounts."),
    "approve": (
        "generations",
        "Approve the plan of a generation that waits for it; it is sent then. Needs a key with the role approver.",
    ),
    "assets": ("assets", "Source pictures, footage, sound and documents."),
    "audit": ("audit", "Checks of the record, and bundles of it for outsiders. They change nothing."),
    "backup": (
        "running",
        "Copy SQLite files while they are in use. Blobs are copied after them: docs/how-to/backup.md says all of it.",
    ),
    "characters": ("characters", "Recurring identities. A character is named by id, name or alias."),
    "check": (
        "check",
        "Say everything that is wrong with a payload for Kling; exit code 1 when one would be refused.",
    ),
    "checkpoints": (
        "verifying",
        "Checkpoints of this installation's logs, made here and signed with its key file.",
    ),
    "clips": ("deliveries", "Stored clips."),
    "completion": (
        "completion",
        "Print what a shell needs to complete commands, flags, ids and names; docs/how-to/cli.md says where it goes.",
    ),
    "config": ("configuring", "Which service is asked, and under which key: one file with profiles."),
    "demo": (
        "demo",
        "Start service, worker and sandbox, register people and pictures, make five clips, show what they were made from.",
    ),
    "diff": (
        "history",
        "What changed in anything between two points of its past, from what to what, and by which events.",
    ),
    "doctor": (
        "doctor",
        "Check this installation, with the settings that a service here would have: folders, keys, database, bucket, Kling,"
        " clocks, marks, workers. Nothing is migrated, made or paid for. Exit code 1 when something fails.",
    ),
    "elements": ("elements", "Kling elements; each is good on one account only."),
    "events": (
        "events",
        "Every event in order, one a line; with --json one JSON object a line, with the exact stored bytes.",
    ),
    "generate": ("generate", "Ask for a clip and follow it to its end."),
    "generations": ("generations", "Requests on their way to a clip."),
    "history": (
        "history",
        "Who did what to anything, why, when, and under which request. A character may be named by name or alias.",
    ),
    "import": (
        "trackers",
        "Bring in what a production tracker knows: characters, scenes, shots, casts. Repeated, it changes nothing.",
    ),
    "impact": (
        "uses",
        "What a change would touch, before it is made: pins, bindings that go stale, planned shots, open generations, cost.",
    ),
    "keys": (
        "keys",
        "API keys: who may enter, and what they may do. All but `bootstrap` need a key with the role admin.",
    ),
    "likenesses": (
        "likenesses",
        "Real people behind characters, and their consents. Changes need a key with the role consent_officer.",
    ),
    "lineage": (
        "lineage",
        "What a clip (or element, asset, character, scene) was made from, as a tree; each branch says how.",
    ),
    "log": (
        "log",
        "The proof of the log: signed checkpoints, inclusion and consistency proofs, keys, and what is missing from the record.",
    ),
    "lookup": (
        "lookup",
        "What is known of a file: which clip or picture it is, whom it shows, what they allow now, and how sure that is.",
    ),
    "mcp": (
        "mcp",
        "Offer agents search, preview, request, follow and lineage as tools (Model Context Protocol), with this key's role.",
    ),
    "me": ("studios", "Who this key is, what it may do, and which studio it opens."),
    "migrate": (
        "running",
        "Bring the database to the schema this version expects. Services do it when they start.",
    ),
    "preview": (
        "generate",
        "Payload, pattern and why, findings and price of a request. Nothing is written, sent or spent.",
    ),
    "productions": ("takes", "Shows."),
    "queue": (
        "queue",
        "Everything that has not come to its end, by lane and turn; then the lanes, and what a person must look at.",
    ),
    "reads": (
        "reads",
        "Reads of pictures, sound, clips and documents of real people, and exports, in the order they were made.",
    ),
    "rebuild": (
        "running",
        "Make every view anew from the log, beside the live ones, and compare them row by row.",
    ),
    "receipts": ("receipts", "Small files that prove offline what the log says of a clip."),
    "reconcile": (
        "reconcile",
        "Compare accounts with the provider's task lists and deductions; what differs is recorded and shown.",
    ),
    "reconciliations": ("reconcile", "Comparisons with the provider that were made before."),
    "retry": ("generations", "Ask for an ended generation's clip again, as a new generation, with changes."),
    "rules": (
        "rules",
        "Every rule, gap and combination a finding can name; with an ID, that one in full, with example and sources.",
    ),
    "sandbox": (
        "running",
        "A Kling that runs here: same contract, no money. More switches: python -m generation.sandbox --help.",
    ),
    "scenes": ("takes", "Scenes."),
    "serve": ("running", "Serve the API. What it starts beside itself stops with it."),
    "show": (
        "history",
        "Anything as it stood at a point of its past, folded from the log, or as it stands now.",
    ),
    "studio": ("studios", "A whole studio: opened, exported, checked, brought into another installation."),
    "studios": ("studios", "The studios this key opens."),
    "submissions": ("generations", "Paid calls to the provider."),
    "subscriptions": (
        "subscriptions",
        "Names under which the feed is read; the service keeps how far each has come.",
    ),
    "uses": (
        "uses",
        "Where an asset, element, voice, likeness or character is used: productions, scenes, generations, clips.",
    ),
    "verify": (
        "verifying",
        "Hold a log against checkpoints that were kept elsewhere: every event hashed again, every root compared.",
    ),
    "voices": ("voices", "Voices at Kling; a custom one is good on one account only, a preset on all."),
    "webhooks": (
        "webhooks",
        "Addresses that are told of what happens. Changes need a key with the role admin.",
    ),
    "worker": (
        "running",
        "Carry generations to their ends until interrupted. Several may run; killed at any moment, the next one goes on.",
    ),
}
"""Name -> (file of this package, first paragraph of the command's help)."""


class Later(click.RichCommand):
    """A command that is known by name; `loaded` is the command itself."""

    def __init__(self, name: str) -> None:
        self._file, summary = COMMANDS[name]
        super().__init__(name=name, help=summary)

    def loaded(self) -> click.Command:
        """Import it."""
        offered: tuple[click.Command, ...] = import_module(f"api.cli.{self._file}").COMMANDS
        return next(one for one in offered if one.name == self.name)


class ByName(click.RichGroup):
    """A group of `COMMANDS`. Listing imports none of them, running, explaining or completing one imports that one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COMMANDS:
            self.add_command(Later(name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known, rest = super().resolve_command(ctx, args)
        command = known.loaded() if isinstance(known, Later) else known
        if ctx.resilient_parsing and command is not None:  # a shell asks how the line may go on
            from api.cli.completion import give_names

            give_names(command)
        return name, command, rest
