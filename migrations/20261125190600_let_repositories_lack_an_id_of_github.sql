-- The API can't ask GitHub for a repository's id, and one that a client claims might be another's.

-- The function that is being replaced always writes one, and is gone when the API adds one without.
-- squawk-ignore-file ban-drop-not-null
ALTER TABLE repositories ALTER COLUMN github_repo_id DROP NOT NULL;
