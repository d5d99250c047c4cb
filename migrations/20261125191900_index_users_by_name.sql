-- no-transaction
-- Members are invited by their name as well, in which nobody minds the case either.

CREATE INDEX CONCURRENTLY idx_users_name ON users (lower(name));
