-- Refresh tokens could be neither rotated nor revoked: a session is a login, and knows its only valid token.

-- A token of a session whose SHA-256 is another than the one here has been used before: somebody replays it.
-- No token itself is ever stored. organization_id: the one switched to, so that it survives a refresh.
CREATE TABLE sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    organization_id uuid REFERENCES organizations ON DELETE SET NULL,
    token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_for text CHECK (revoked_for IN ('logout', 'replay', 'operator')),
    CHECK (expires_at > rotated_at AND rotated_at >= created_at),
    CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);

CREATE INDEX idx_sessions_user_id ON sessions (user_id);
CREATE INDEX idx_sessions_organization_id ON sessions (organization_id);
CREATE INDEX idx_sessions_expires_at ON sessions (expires_at);
