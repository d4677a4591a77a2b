"""The first schema: the views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_accounts",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("key_fingerprint", TEXT, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("holds", sa.LargeBinary(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "account"),
    )
    op.create_table(
        "view_appearances",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("clip", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "clip", "character"),
    )
    op.create_index(
        "appearances_by_character", "view_appearances", ["log", "character", "position"], unique=False
    )
    op.create_index(
        "appearances_by_likeness", "view_appearances", ["log", "likeness", "position"], unique=False
    )
    op.create_table(
        "view_assets",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("rendition", sa.LargeBinary(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("footage", sa.LargeBinary(), nullable=True),
        sa.Column("sound", sa.LargeBinary(), nullable=True),
        sa.Column("derived_from", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", TEXT, nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("superseded_by", TEXT, nullable=True),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "asset"),
        sa.UniqueConstraint("log", "fingerprint", name="one_asset_per_bytes"),
    )
    op.create_table(
        "view_called",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log", "word", "character"),
    )
    op.create_index("called_by_character", "view_called", ["log", "character"], unique=False)
    op.create_table(
        "view_cast",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("character_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log", "scene", "character"),
    )
    op.create_table(
        "view_censuses",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("census", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "census"),
    )
    op.create_index(op.f("ix_view_censuses_account"), "view_censuses", ["account"], unique=False)
    op.create_table(
        "view_characters",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("aliases", sa.LargeBinary(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("depicts", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=True),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("introduced_at", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
        sa.Column("voice", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "character"),
    )
    op.create_index(op.f("ix_view_characters_likeness"), "view_characters", ["likeness"], unique=False)
    op.create_table(
        "view_clips",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("clip", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", TEXT, nullable=False),
        sa.Column("submission", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("shot", TEXT, nullable=True),
        sa.Column("stored", sa.LargeBinary(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("has_audio", sa.Boolean(), nullable=False),
        sa.Column("kling_url", TEXT, nullable=False),
        sa.Column("kling_url_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("kling_watermark_url", TEXT, nullable=False),
        sa.Column("continues", TEXT, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "clip"),
    )
    op.create_index(op.f("ix_view_clips_scene"), "view_clips", ["scene"], unique=False)
    op.create_table(
        "view_consents",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("consent", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.LargeBinary(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_because", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log", "consent"),
    )
    op.create_index("consents_by_end", "view_consents", ["ends_at"], unique=False)
    op.create_index("consents_by_likeness", "view_consents", ["log", "likeness", "position"], unique=False)
    op.create_table(
        "view_continuity",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position"),
    )
    op.create_index(op.f("ix_view_continuity_scene"), "view_continuity", ["scene"], unique=False)
    op.create_table(
        "view_deletions",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "stream"),
    )
    op.create_table(
        "view_edges",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "made", "source", "kind"),
    )
    op.create_index("edges_by_source", "view_edges", ["log", "source", "made", "kind"], unique=False)
    op.create_table(
        "view_elements",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("element", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.BigInteger(), nullable=True),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("made_from", TEXT, nullable=True),
        sa.Column("attested_by", TEXT, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("look", TEXT, nullable=True),
        sa.Column("lost", TEXT, nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("adopted_at", sa.BigInteger(), nullable=False),
        sa.Column("mint", TEXT, nullable=True),
        sa.Column("recipe", sa.LargeBinary(), nullable=True),
        sa.Column("recipe_digest", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("production", TEXT, nullable=True),
        sa.Column("remint_of", TEXT, nullable=True),
        sa.Column("estimate_units", TEXT, nullable=True),
        sa.Column("submission", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("task_id", TEXT, nullable=True),
        sa.Column("voice_id", TEXT, nullable=False),
        sa.Column("units", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "element"),
        sa.UniqueConstraint("log", "account", "element_id", name="one_binding_per_element"),
    )
    op.create_table(
        "view_generations",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("generation", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("production", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("shot", TEXT, nullable=True),
        sa.Column("client_reference", TEXT, nullable=True),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("pattern", TEXT, nullable=False),
        sa.Column("plan_digest", TEXT, nullable=False),
        sa.Column("estimate_units", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.Column("ceiling_units", TEXT, nullable=True),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("takes", sa.Integer(), nullable=False),
        sa.Column("first_take", TEXT, nullable=True),
        sa.Column("retry_of", TEXT, nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("needed_by", sa.BigInteger(), nullable=True),
        sa.Column("submission", TEXT, nullable=True),
        sa.Column("clip", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "generation"),
    )
    op.create_index(op.f("ix_view_generations_first_take"), "view_generations", ["first_take"], unique=False)
    op.create_index(op.f("ix_view_generations_scene"), "view_generations", ["scene"], unique=False)
    op.create_table(
        "view_kept_clips",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("clip", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log", "clip", "likeness"),
    )
    op.create_table(
        "view_keys",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("studio", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("secret_sha256", TEXT, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "view_likenesses",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("guardian", TEXT, nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("erasing", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "likeness"),
    )
    op.create_table(
        "view_looks",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("look", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("wardrobe", TEXT, nullable=False),
        sa.Column("styling", TEXT, nullable=False),
        sa.Column("age", TEXT, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("log", "character", "look"),
    )
    op.create_table(
        "view_looks_like",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "asset"),
    )
    op.create_table(
        "view_nodes",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log", "node"),
    )
    op.create_index("nodes_by_id", "view_nodes", ["log", "id"], unique=True)
    op.create_table(
        "view_pins",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("look", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "holder", "character"),
    )
    op.create_table(
        "view_productions",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("production", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("unplaced", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=True),
        sa.Column("budget_units", TEXT, nullable=True),
        sa.Column("approval_above_units", TEXT, nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("territories", TEXT, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("reserved_micro", sa.BigInteger(), nullable=False),
        sa.Column("settled_micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "production"),
    )
    op.create_table(
        "view_reconciliations",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("reconciliation", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "reconciliation"),
    )
    op.create_index(
        op.f("ix_view_reconciliations_account"), "view_reconciliations", ["account"], unique=False
    )
    op.create_table(
        "view_references",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("look", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "character", "asset", "role", "look"),
    )
    op.create_table(
        "view_refused_uses",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("production", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("refused_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position"),
    )
    op.create_index(
        "refused_uses_by_likeness", "view_refused_uses", ["log", "likeness", "position"], unique=False
    )
    op.create_table(
        "view_scenes",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("production", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("setting", TEXT, nullable=False),
        sa.Column("continued_from", TEXT, nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "scene"),
    )
    op.create_index(op.f("ix_view_scenes_production"), "view_scenes", ["production"], unique=False)
    op.create_table(
        "view_shots",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("shot", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("framing", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "scene", "shot"),
    )
    op.create_table(
        "view_spend",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("submission", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("production", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("reserved", TEXT, nullable=False),
        sa.Column("settled", TEXT, nullable=True),
        sa.Column("released", TEXT, nullable=True),
        sa.Column("basis", TEXT, nullable=True),
        sa.Column("reserved_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "submission"),
    )
    op.create_index("spend_by_production", "view_spend", ["log", "production", "position"], unique=False)
    op.create_table(
        "view_studios",
        sa.Column("studio", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("studio"),
    )
    op.create_table(
        "view_submissions",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("submission", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("production", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("external_task_id", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("route", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("key_fingerprint", TEXT, nullable=False),
        sa.Column("wire_digest", TEXT, nullable=False),
        sa.Column("wire_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("task_id", TEXT, nullable=True),
        sa.Column("units", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("intended_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("url_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("watermark_url", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "submission"),
    )
    op.create_index(op.f("ix_view_submissions_state"), "view_submissions", ["state"], unique=False)
    op.create_index(
        "submissions_by_external_id", "view_submissions", ["log", "external_task_id"], unique=False
    )
    op.create_index("submissions_by_id", "view_submissions", ["submission"], unique=False)
    op.create_index("submissions_by_task", "view_submissions", ["log", "account", "task_id"], unique=True)
    op.create_index(
        "submissions_in_turn", "view_submissions", ["log", "account", "model", "position"], unique=False
    )
    op.create_index(
        "submissions_of_production",
        "view_submissions",
        ["log", "account", "model", "production", "position"],
        unique=False,
    )
    op.create_index(
        "submissions_open", "view_submissions", ["log", "account", "model", "state"], unique=False
    )
    op.create_table(
        "view_uses",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("thing_look", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("how", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("production", TEXT, nullable=True),
        sa.Column("scene", TEXT, nullable=True),
        sa.Column("shot", TEXT, nullable=True),
        sa.Column("generation", TEXT, nullable=True),
        sa.Column("clip", TEXT, nullable=True),
        sa.Column("character", TEXT, nullable=True),
        sa.Column("look", TEXT, nullable=True),
        sa.Column("element", TEXT, nullable=True),
        sa.Column("voice", TEXT, nullable=True),
        sa.Column("via", TEXT, nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "thing", "thing_look", "position"),
    )
    op.create_index("uses_by_character", "view_uses", ["log", "character", "how"], unique=False)
    op.create_index("uses_by_element", "view_uses", ["log", "element", "how"], unique=False)
    op.create_index("uses_by_generation", "view_uses", ["log", "generation", "how"], unique=False)
    op.create_index("uses_by_voice", "view_uses", ["log", "voice", "how"], unique=False)
    op.create_table(
        "view_voices",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("voice", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("voice_id", TEXT, nullable=True),
        sa.Column("account", TEXT, nullable=True),
        sa.Column("character", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("trial_url", TEXT, nullable=False),
        sa.Column("remint_of", TEXT, nullable=True),
        sa.Column("attested_by", TEXT, nullable=True),
        sa.Column("adopted_as", TEXT, nullable=True),
        sa.Column("adopted_for", TEXT, nullable=True),
        sa.Column("submission", TEXT, nullable=True),
        sa.Column("estimate", TEXT, nullable=True),
        sa.Column("units", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("lost", TEXT, nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "voice"),
        sa.UniqueConstraint("log", "adopted_as", "adopted_for", "voice_id", name="one_adoption_per_voice"),
    )
    op.create_index(op.f("ix_view_voices_character"), "view_voices", ["character"], unique=False)
    op.create_table(
        "view_work",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("production", TEXT, nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("units", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("sends", sa.Boolean(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("needed_by", sa.BigInteger(), nullable=False),
        sa.Column("ready", sa.BigInteger(), nullable=False),
        sa.Column("submission", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("log", "work"),
    )
    op.create_index(
        "work_by_wait", "view_work", ["sends", "log", "account", "model", "production", "ready"], unique=False
    )
    op.create_index(
        "work_in_order",
        "view_work",
        ["sends", "log", "account", "model", "production", "fresh", "rank", "needed_by", "position"],
        unique=False,
    )
    op.create_index("work_of_submission", "view_work", ["log", "submission"], unique=False)
    op.create_index(
        "work_sent_before", "view_work", ["sends", "log", "account", "model", "fresh", "ready"], unique=False
    )
    op.create_index("work_since", "view_work", ["sends", "submission", "since"], unique=False)
