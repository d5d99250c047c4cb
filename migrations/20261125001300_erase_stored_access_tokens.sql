-- The tokens stored so far are erased; revoke them at GitHub as well, for backups keep them (docs/schema.md).

-- No user has changed anything, so updated_at stays. Who writes the table waits meanwhile, who reads doesn't.
ALTER TABLE users DISABLE TRIGGER update_users_updated_at;
UPDATE users SET access_token = '' WHERE access_token <> '';
ALTER TABLE users ENABLE TRIGGER update_users_updated_at;
