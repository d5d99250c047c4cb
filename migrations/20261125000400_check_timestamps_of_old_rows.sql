-- Every row is read, while everybody else goes on reading and writing.

ALTER TABLE permissions VALIDATE CONSTRAINT permissions_timestamps;
ALTER TABLE roles VALIDATE CONSTRAINT roles_timestamps;
ALTER TABLE role_permissions VALIDATE CONSTRAINT role_permissions_timestamps;
ALTER TABLE user_permissions VALIDATE CONSTRAINT user_permissions_timestamps;
ALTER TABLE team_members VALIDATE CONSTRAINT team_members_timestamps;
ALTER TABLE teams VALIDATE CONSTRAINT teams_timestamps;
ALTER TABLE organization_members VALIDATE CONSTRAINT organization_members_timestamps;
ALTER TABLE organizations VALIDATE CONSTRAINT organizations_timestamps;
ALTER TABLE line_messages VALIDATE CONSTRAINT line_messages_timestamps;
ALTER TABLE websocket_connections VALIDATE CONSTRAINT websocket_connections_timestamps;
ALTER TABLE task_dependencies VALIDATE CONSTRAINT task_dependencies_timestamps;
ALTER TABLE workflows VALIDATE CONSTRAINT workflows_timestamps;
ALTER TABLE execution_logs VALIDATE CONSTRAINT execution_logs_timestamps;
ALTER TABLE agent_executions VALIDATE CONSTRAINT agent_executions_timestamps;
ALTER TABLE repositories VALIDATE CONSTRAINT repositories_timestamps;
ALTER TABLE tasks VALIDATE CONSTRAINT tasks_timestamps;
ALTER TABLE users VALIDATE CONSTRAINT users_timestamps;
