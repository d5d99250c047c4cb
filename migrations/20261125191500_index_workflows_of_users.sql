-- no-transaction
-- A user's own workflows are listed newest first.

CREATE INDEX CONCURRENTLY idx_workflows_of_user
    ON workflows (user_id, created_at DESC, id) WHERE organization_id IS NULL;
