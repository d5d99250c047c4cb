-- Users, their GitHub repositories, the agents that work on them, workflows, LINE messages and open sockets.

-- Nothing here uses it, but the reported database has it; some builds of PostgreSQL can't.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'uuid-ossp') THEN
        CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
    END IF;
END
$$;

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    github_id integer UNIQUE NOT NULL,
    email varchar(255) NOT NULL,
    name varchar(255),
    avatar_url text,
    access_token text NOT NULL,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

CREATE TABLE repositories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    github_repo_id integer UNIQUE NOT NULL,
    owner varchar(255) NOT NULL,
    name varchar(255) NOT NULL,
    full_name varchar(255) NOT NULL,
    default_branch varchar(255) DEFAULT 'main',
    is_active boolean DEFAULT true,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

-- status: pending, running, completed, failed
CREATE TABLE agent_executions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    repository_id uuid REFERENCES repositories ON DELETE CASCADE,
    agent_type varchar(50) NOT NULL,
    issue_number integer,
    status varchar(20) NOT NULL,
    started_at timestamp,
    completed_at timestamp,
    error_message text,
    result jsonb,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

CREATE TABLE workflows (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    repository_id uuid REFERENCES repositories ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    definition jsonb NOT NULL,
    is_template boolean DEFAULT false,
    is_public boolean DEFAULT false,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

CREATE TABLE line_messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    line_user_id varchar(255) NOT NULL,
    message_type varchar(20) NOT NULL,
    message_text text,
    parsed_intent varchar(50),
    issue_number integer,
    created_at timestamp DEFAULT now()
);

CREATE TABLE websocket_connections (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    connection_id varchar(255) UNIQUE NOT NULL,
    connected_at timestamp DEFAULT now(),
    last_ping_at timestamp DEFAULT now()
);

CREATE INDEX idx_agent_executions_user_id ON agent_executions (user_id);
CREATE INDEX idx_agent_executions_status ON agent_executions (status);
CREATE INDEX idx_agent_executions_repository_id ON agent_executions (repository_id);
CREATE INDEX idx_workflows_user_id ON workflows (user_id);
CREATE INDEX idx_workflows_repository_id ON workflows (repository_id);
CREATE INDEX idx_line_messages_user_id ON line_messages (user_id);
CREATE INDEX idx_line_messages_line_user_id ON line_messages (line_user_id);
CREATE INDEX idx_websocket_connections_user_id ON websocket_connections (user_id);
CREATE INDEX idx_websocket_connections_connection_id ON websocket_connections (connection_id);

CREATE FUNCTION update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER update_users_updated_at BEFORE UPDATE ON users
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_repositories_updated_at BEFORE UPDATE ON repositories
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_agent_executions_updated_at BEFORE UPDATE ON agent_executions
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_workflows_updated_at BEFORE UPDATE ON workflows
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
