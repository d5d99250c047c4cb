-- no-transaction
-- An organization, or a user, registers a repository once; names at GitHub know no case.

CREATE UNIQUE INDEX CONCURRENTLY repositories_once
    ON repositories ((coalesce(organization_id, user_id)), lower(full_name)) WHERE is_active;
