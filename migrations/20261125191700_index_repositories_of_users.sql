-- no-transaction
-- A user's own active repositories are listed newest first.

CREATE INDEX CONCURRENTLY idx_repositories_of_user
    ON repositories (user_id, created_at DESC, id) WHERE is_active AND organization_id IS NULL;
