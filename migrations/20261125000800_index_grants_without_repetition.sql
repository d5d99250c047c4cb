-- no-transaction
-- Two NULLs count as the same here, so a system-wide grant can be made once only; built while others write.

CREATE UNIQUE INDEX CONCURRENTLY user_permissions_once
    ON user_permissions (user_id, permission_id, organization_id) NULLS NOT DISTINCT;
