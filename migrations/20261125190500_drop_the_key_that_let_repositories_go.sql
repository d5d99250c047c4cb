-- The former foreign key comes first at the end of an organization, and still lets its repositories go.

-- Found by its column: a name that nobody gave is nothing to rely on.
DO $$
DECLARE
    former name;
BEGIN
    FOR former IN
        SELECT conname FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
        WHERE conrelid = 'repositories'::regclass AND contype = 'f' AND attname = 'organization_id'
        AND conname <> 'repositories_of_organization'
    LOOP
        EXECUTE format('ALTER TABLE repositories DROP CONSTRAINT %I', former);
    END LOOP;
END
$$;
