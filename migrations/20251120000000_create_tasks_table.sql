-- Tasks, and which of them must wait for which.

-- status: pending, running, completed, failed, cancelled; priority: P0, P1, P2
CREATE TABLE tasks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    repository_id uuid REFERENCES repositories ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    status varchar(20) NOT NULL DEFAULT 'pending',
    priority varchar(10) DEFAULT 'P2',
    agent_type varchar(50),
    issue_number integer,
    execution_id uuid,
    started_at timestamp,
    completed_at timestamp,
    failed_at timestamp,
    cancelled_at timestamp,
    retry_count integer DEFAULT 0,
    max_retries integer DEFAULT 3,
    timeout_seconds integer DEFAULT 3600,
    metadata jsonb DEFAULT '{}',
    result jsonb,
    error_message text,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

-- dependency_type: finish_to_start, start_to_start, finish_to_finish
CREATE TABLE task_dependencies (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    depends_on_task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    dependency_type varchar(20) DEFAULT 'finish_to_start',
    created_at timestamp DEFAULT now(),
    UNIQUE (task_id, depends_on_task_id)
);

CREATE INDEX idx_tasks_user_id ON tasks (user_id);
CREATE INDEX idx_tasks_repository_id ON tasks (repository_id);
CREATE INDEX idx_tasks_status ON tasks (status);
CREATE INDEX idx_tasks_priority ON tasks (priority);
CREATE INDEX idx_tasks_agent_type ON tasks (agent_type);
CREATE INDEX idx_tasks_issue_number ON tasks (issue_number);
CREATE INDEX idx_tasks_created_at ON tasks (created_at);
CREATE INDEX idx_task_dependencies_task_id ON task_dependencies (task_id);
CREATE INDEX idx_task_dependencies_depends_on ON task_dependencies (depends_on_task_id);

CREATE TRIGGER update_tasks_updated_at BEFORE UPDATE ON tasks
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE FUNCTION check_task_cycle() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        WITH RECURSIVE prerequisites (task_id) AS (
            SELECT depends_on_task_id FROM task_dependencies WHERE task_id = NEW.depends_on_task_id
            UNION
            SELECT task_dependencies.depends_on_task_id
            FROM task_dependencies JOIN prerequisites USING (task_id)
        )
        SELECT FROM prerequisites WHERE task_id = NEW.task_id
    ) THEN
        RAISE EXCEPTION 'Circular dependency detected';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER prevent_task_cycles BEFORE INSERT OR UPDATE ON task_dependencies
FOR EACH ROW EXECUTE FUNCTION check_task_cycle();
