-- No new row may let a task wait for itself, even where triggers don't fire; rows that do so already stay.

ALTER TABLE task_dependencies ADD CONSTRAINT task_dependencies_no_self
    CHECK (task_id <> depends_on_task_id) NOT VALID;
