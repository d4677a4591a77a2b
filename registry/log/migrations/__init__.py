"""Schema migrations (alembic): what a database needs to become what this code expects."""
