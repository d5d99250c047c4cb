-- GitHub's ids no longer fit into 32 bits.

-- migrate: allow column-type where this file has yet to run, the tables are empty
ALTER TABLE users ALTER COLUMN github_id TYPE bigint;
ALTER TABLE repositories ALTER COLUMN github_repo_id TYPE bigint;
