-- Three columns were left without a time zone by 20251123000001: their values are UTC, and now say so.

-- Under UTC the bytes on disk stay as they are: no table is rewritten, and no value depends on who migrates.
-- migrate: allow column-type under UTC nothing is rewritten
-- squawk-ignore-file changing-column-type
SET LOCAL TimeZone = 'UTC';

ALTER TABLE tasks ALTER COLUMN failed_at TYPE timestamptz, ALTER COLUMN cancelled_at TYPE timestamptz;
ALTER TABLE task_dependencies ALTER COLUMN created_at TYPE timestamptz;
