-- An instant must not depend on who reads it: timestamps get a time zone, all but three (20261125000000).

-- Old values are UTC, whatever zone this session is in; and under UTC no table is rewritten.
-- migrate: allow column-type under UTC nothing is rewritten
SET LOCAL TimeZone = 'UTC';

ALTER TABLE users
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz;
ALTER TABLE repositories
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz;
ALTER TABLE agent_executions
    ALTER COLUMN started_at TYPE timestamptz,
    ALTER COLUMN completed_at TYPE timestamptz,
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz;
ALTER TABLE workflows
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz;
ALTER TABLE line_messages
    ALTER COLUMN created_at TYPE timestamptz;
ALTER TABLE websocket_connections
    ALTER COLUMN connected_at TYPE timestamptz,
    ALTER COLUMN last_ping_at TYPE timestamptz;
ALTER TABLE execution_logs
    ALTER COLUMN timestamp TYPE timestamptz;
ALTER TABLE tasks
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz,
    ALTER COLUMN started_at TYPE timestamptz,
    ALTER COLUMN completed_at TYPE timestamptz;
