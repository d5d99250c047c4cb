-- Every row is read, while everybody else goes on reading and writing.

ALTER TABLE repositories VALIDATE CONSTRAINT repositories_of_organization;
ALTER TABLE workflows VALIDATE CONSTRAINT workflows_organization_id_fkey;
ALTER TABLE agent_executions VALIDATE CONSTRAINT agent_executions_organization_id_fkey;
ALTER TABLE tasks VALIDATE CONSTRAINT tasks_organization_id_fkey;
