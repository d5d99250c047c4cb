-- The API connects as a role that owns nothing and may do what its routes need, told table by table.

-- The role is made by the migrator, as roles belong to the whole server and not to this database.
GRANT USAGE ON SCHEMA public TO miyabi_api;
-- A database that began before PostgreSQL 15 lets everybody create tables.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE ON users, repositories, agent_executions TO miyabi_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON workflows, tasks TO miyabi_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON organizations, organization_members, teams TO miyabi_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON team_members, sessions TO miyabi_api;
GRANT SELECT, INSERT ON execution_logs TO miyabi_api;
GRANT SELECT ON permissions, roles, role_permissions, user_permissions TO miyabi_api;
-- Dependencies are set and removed, never changed; their trigger takes the lock with the caller's rights.
GRANT SELECT, INSERT, DELETE ON task_dependencies TO miyabi_api;
GRANT SELECT, INSERT, UPDATE ON task_dependency_lock TO miyabi_api;
-- Nothing on line_messages and websocket_connections, which no route uses, nor on the ledger of migrations.

GRANT SELECT ON organization_summary, user_organizations, user_effective_permissions TO miyabi_api;
GRANT EXECUTE ON FUNCTION has_permission (uuid, uuid, varchar) TO miyabi_api;
