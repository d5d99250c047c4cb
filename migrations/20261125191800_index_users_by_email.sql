-- no-transaction
-- Members are invited by their e-mail address, in which nobody minds the case.

CREATE INDEX CONCURRENTLY idx_users_email ON users (lower(email));
