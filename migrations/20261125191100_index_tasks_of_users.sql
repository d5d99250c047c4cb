-- no-transaction
-- A user's own tasks are listed and counted in the same way, and must not be sought among an organization's.

CREATE INDEX CONCURRENTLY idx_tasks_of_user
    ON tasks (user_id, priority, created_at DESC, id) INCLUDE (status)
    WHERE organization_id IS NULL;
