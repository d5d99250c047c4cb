-- Who repeats a creation, not knowing whether it was done, must get the first answer and not a second row.

-- The row comes first in the transaction of the creation, so that a second attempt waits for its end; status
-- and answer follow before it ends. request_sha256: to refuse the key where it comes with another request.
-- A status of HTTP has three digits.
-- squawk-ignore-file prefer-bigint-over-smallint
CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    route text NOT NULL,
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL CHECK (octet_length(request_sha256) = 32),
    status smallint,
    answer jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, route, key),
    CHECK ((status IS NULL) = (answer IS NULL))
);

-- The API deletes what is older than a day.
CREATE INDEX idx_idempotency_keys_created_at ON idempotency_keys (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO miyabi_api;
