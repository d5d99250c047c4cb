-- no-transaction
-- An organization's tasks are listed by priority and then newest first, and counted by their status.

CREATE INDEX CONCURRENTLY idx_tasks_of_organization
    ON tasks (organization_id, priority, created_at DESC, id) INCLUDE (status)
    WHERE organization_id IS NOT NULL;
