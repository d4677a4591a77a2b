"""Alembic's way in: run on the connection that `registry.log.engine.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transactional_ddl=False,
    compare_type=True,
)
context.run_migrations()
