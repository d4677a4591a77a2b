"""Text as both engines keep it: ordered by its bytes, so that pages, walks and digests come out the same everywhere."""

from __future__ import annotations

from typing import Final

from sqlalchemy import String

TEXT: Final = String().with_variant(String(collation="C"), "postgresql")
"""SQLite orders by bytes as it is; a PostgreSQL database may have been made with any locale."""
