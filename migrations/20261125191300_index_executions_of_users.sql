-- no-transaction
-- A user's own executions are listed newest first, and counted by their status.

CREATE INDEX CONCURRENTLY idx_agent_executions_of_user
    ON agent_executions (user_id, created_at DESC, id) INCLUDE (status)
    WHERE organization_id IS NULL;
