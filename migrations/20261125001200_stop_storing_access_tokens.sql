-- Users' GitHub tokens were kept in clear. Whoever writes one from now on, nothing is stored.

-- Empty and not NULL: the function that is being replaced reads the column as a text that must be there.
-- The column goes when that function is gone.
ALTER TABLE users ALTER COLUMN access_token SET DEFAULT '';

CREATE FUNCTION discard_access_token() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.access_token := '';
    RETURN NEW;
END
$$;

CREATE TRIGGER discard_users_access_token BEFORE INSERT OR UPDATE OF access_token ON users
FOR EACH ROW EXECUTE FUNCTION discard_access_token();
