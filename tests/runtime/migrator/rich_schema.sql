-- One object of each kind that a catalogue knows, with most of its facets.
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS text DEFAULT 'nobody@example.org' CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE TYPE address AS (street text, number integer);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE SEQUENCE ticket START 10;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.placed_at := now();
    RETURN NEW;
END
$$;
CREATE FUNCTION allowed(who uuid, code varchar, strictly boolean DEFAULT true) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET work_mem = '8MB' AS 'SELECT strictly';
CREATE FUNCTION pairs(low integer) RETURNS TABLE (one integer, other integer)
    LANGUAGE sql AS 'SELECT low, low + 1';
CREATE PROCEDURE tidy(days integer) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
CREATE FUNCTION same(mood, mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE OPERATOR <=> (leftarg = mood, rightarg = mood, function = same);

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number bigint GENERATED ALWAYS AS IDENTITY,
    mail email NOT NULL,
    name varchar(255) NOT NULL DEFAULT 'nobody',
    loud text GENERATED ALWAYS AS (upper('a' || number)) STORED,
    mood mood DEFAULT 'ok',
    "Note, free" text COLLATE "C",
    CONSTRAINT users_name_key UNIQUE (name),
    CONSTRAINT named CHECK (name <> '')
);
CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    user_id uuid CONSTRAINT orders_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    placed_at timestamptz DEFAULT '2026-01-01 00:00:00+00',
    hours interval DEFAULT '1 day 02:00:00',
    total numeric(10, 2),
    spare integer
);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
CREATE INDEX orders_user_id_idx ON orders (user_id, placed_at DESC) WHERE total > 1;
CREATE UNIQUE INDEX orders_total_key ON orders (lower(total::text));
CREATE STATISTICS orders_stat ON user_id, placed_at FROM orders;
CREATE TRIGGER touch_orders BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE keep AS ON DELETE TO orders DO INSTEAD NOTHING;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO pg_monitor USING (total > 2);

CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNLOGGED TABLE scratch (id integer);

-- From two tables, because PostgreSQL 16 and later qualify no column of a single one.
CREATE VIEW happy AS SELECT users.id, users.name FROM users CROSS JOIN events WHERE mood = 'happy';
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE INDEX totals_user_id_idx ON totals (user_id);

GRANT SELECT, INSERT ON users TO pg_monitor;
GRANT SELECT (total) ON orders TO pg_monitor;
GRANT USAGE ON SEQUENCE ticket TO pg_monitor WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION allowed FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;
COMMENT ON TABLE users IS 'who they are';
COMMENT ON COLUMN users.mail IS 'where they are';
