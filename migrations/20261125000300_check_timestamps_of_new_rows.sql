-- From here on no row is written without its times; the rows that are there are read by the next file.

-- Each table is locked, but none is read; the busiest come last, to be held shortest.
ALTER TABLE permissions ADD CONSTRAINT permissions_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE roles ADD CONSTRAINT roles_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE role_permissions ADD CONSTRAINT role_permissions_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE user_permissions ADD CONSTRAINT user_permissions_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE team_members ADD CONSTRAINT team_members_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE teams ADD CONSTRAINT teams_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE organization_members ADD CONSTRAINT organization_members_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE organizations ADD CONSTRAINT organizations_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE line_messages ADD CONSTRAINT line_messages_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE websocket_connections ADD CONSTRAINT websocket_connections_timestamps
    CHECK (connected_at IS NOT NULL AND last_ping_at IS NOT NULL) NOT VALID;
ALTER TABLE task_dependencies ADD CONSTRAINT task_dependencies_timestamps
    CHECK (created_at IS NOT NULL) NOT VALID;
ALTER TABLE workflows ADD CONSTRAINT workflows_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE execution_logs ADD CONSTRAINT execution_logs_timestamps
    CHECK (timestamp IS NOT NULL) NOT VALID;
ALTER TABLE agent_executions ADD CONSTRAINT agent_executions_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE repositories ADD CONSTRAINT repositories_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE tasks ADD CONSTRAINT tasks_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
ALTER TABLE users ADD CONSTRAINT users_timestamps
    CHECK (created_at IS NOT NULL AND updated_at IS NOT NULL) NOT VALID;
