-- Of active repositories with one owner and one name the newest stays: GitHub gives a name to one at a time.

-- May be run again by hand, should another one slip in before the next file forbids it.
UPDATE repositories SET is_active = false
FROM (
    SELECT id, row_number() OVER (
        PARTITION BY coalesce(organization_id, user_id), lower(full_name) ORDER BY created_at DESC, id
    ) AS place
    FROM repositories
    WHERE is_active AND coalesce(organization_id, user_id) IS NOT NULL
) AS ranked
WHERE ranked.id = repositories.id AND ranked.place > 1;
