"""SQLAlchemy's dialect of psycopg, without the eight questions that it asks on a first connection.

What it would ask is known: psycopg has read the server's version from the start-up packet, the schema
is `public`, and no table of ours has an hstore. A cold start saves as many round trips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

if TYPE_CHECKING:
    from sqlalchemy import Connection


class QuietDialect(PGDialect_psycopg):
    """PostgreSQL 13 or later, by psycopg, asking nothing."""

    supports_statement_cache = True

    def initialize(self, connection: Connection) -> None:
        """Take the server's version from the connection and the rest as known."""
        version = connection.connection.dbapi_connection.info.server_version  # type: ignore[union-attr]  # psycopg's
        self.server_version_info = (version // 10000, version % 10000)
        self.default_schema_name = "public"
        self.default_isolation_level = "READ COMMITTED"
        self.supports_smallserial = self.supports_identity_columns = True
        self._supports_drop_index_concurrently = True
        self._supports_jsonb_subscripting = self.server_version_info >= (14,)
        self.supports_virtual_generated_columns = self.server_version_info >= (18,)
        self._backslash_escapes = False
