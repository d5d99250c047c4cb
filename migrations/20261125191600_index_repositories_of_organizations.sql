-- no-transaction
-- An organization's active repositories are listed newest first.

CREATE INDEX CONCURRENTLY idx_repositories_of_organization
    ON repositories (organization_id, created_at DESC, id)
    WHERE is_active AND organization_id IS NOT NULL;
