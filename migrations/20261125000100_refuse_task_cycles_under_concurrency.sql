-- A task could wait for itself, and two transactions could close a circle that neither of them saw.

-- One row, written by whoever adds a dependency: who comes second waits for the first to end, and then sees
-- what it did. Where a transaction keeps to an older snapshot, it fails (40001) and is to be repeated; an
-- advisory lock would let it pass.
CREATE TABLE task_dependency_lock (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    held_by xid8 NOT NULL
);

CREATE OR REPLACE FUNCTION check_task_cycle() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND NEW.task_id = OLD.task_id AND NEW.depends_on_task_id = OLD.depends_on_task_id THEN
        RETURN NEW;
    END IF;

    INSERT INTO task_dependency_lock AS lock (held_by) VALUES (pg_current_xact_id())
    ON CONFLICT (singleton) DO UPDATE SET held_by = excluded.held_by
    WHERE lock.held_by <> excluded.held_by;

    IF EXISTS (
        WITH RECURSIVE prerequisites (task_id) AS (
            SELECT NEW.depends_on_task_id
            UNION
            SELECT dependencies.depends_on_task_id
            FROM task_dependencies AS dependencies JOIN prerequisites USING (task_id)
            WHERE dependencies.id IS DISTINCT FROM OLD.id
        )
        SELECT FROM prerequisites WHERE task_id = NEW.task_id
    ) THEN
        RAISE EXCEPTION 'Circular dependency detected' USING
            ERRCODE = 'check_violation',
            DETAIL = format('Task %s would wait for itself.', NEW.task_id),
            TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END
$$;
