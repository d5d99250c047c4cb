-- no-transaction
-- An organization's workflows are listed newest first.

CREATE INDEX CONCURRENTLY idx_workflows_of_organization
    ON workflows (organization_id, created_at DESC, id) WHERE organization_id IS NOT NULL;
