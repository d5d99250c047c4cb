-- The new index takes the place of the constraint that let system-wide grants repeat.

ALTER TABLE user_permissions ADD CONSTRAINT user_permissions_once UNIQUE USING INDEX user_permissions_once;

-- Found by its columns: a name that nobody gave is nothing to rely on.
DO $$
DECLARE
    former name;
BEGIN
    FOR former IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = 'user_permissions'::regclass AND contype = 'u' AND conname <> 'user_permissions_once'
        AND pg_get_constraintdef(oid) = 'UNIQUE (user_id, permission_id, organization_id)'
    LOOP
        EXECUTE format('ALTER TABLE user_permissions DROP CONSTRAINT %I', former);
    END LOOP;
END
$$;
