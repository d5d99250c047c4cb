-- no-transaction
-- An organization's executions are listed newest first, and counted by their status.

CREATE INDEX CONCURRENTLY idx_agent_executions_of_organization
    ON agent_executions (organization_id, created_at DESC, id) INCLUDE (status)
    WHERE organization_id IS NOT NULL;
