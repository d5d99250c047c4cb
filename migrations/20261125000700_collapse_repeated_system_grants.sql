-- Of the same system-wide grant to the same user the one that lasts longest remains: it says all they say.

DELETE FROM user_permissions
USING (
    SELECT id, row_number() OVER (
        PARTITION BY user_id, permission_id ORDER BY expires_at DESC NULLS FIRST, created_at, id
    ) AS place
    FROM user_permissions
    WHERE organization_id IS NULL
) AS ranked
WHERE ranked.id = user_permissions.id AND ranked.place > 1;
