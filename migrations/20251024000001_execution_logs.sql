-- What an execution says while it runs, and the options it was started with.

-- log_level: DEBUG, INFO, WARN, ERROR
CREATE TABLE execution_logs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    execution_id uuid REFERENCES agent_executions ON DELETE CASCADE,
    log_level varchar(10) NOT NULL,
    message text NOT NULL,
    timestamp timestamp DEFAULT now(),
    metadata jsonb
);

ALTER TABLE agent_executions ADD COLUMN options jsonb DEFAULT '{}';

CREATE INDEX idx_execution_logs_execution_id ON execution_logs (execution_id);
CREATE INDEX idx_execution_logs_timestamp ON execution_logs (timestamp);
CREATE INDEX idx_execution_logs_log_level ON execution_logs (log_level);
CREATE INDEX idx_execution_logs_execution_timestamp ON execution_logs (execution_id, timestamp DESC);
