-- Workflows, executions and tasks belonged to users alone; now to an organization, or if null to their user.

-- Each table is locked, but none is read; the busiest comes last, to be held shortest.
ALTER TABLE workflows ADD COLUMN organization_id uuid;
ALTER TABLE workflows ADD CONSTRAINT workflows_organization_id_fkey
    FOREIGN KEY (organization_id) REFERENCES organizations ON DELETE CASCADE NOT VALID;
ALTER TABLE agent_executions ADD COLUMN organization_id uuid;
ALTER TABLE agent_executions ADD CONSTRAINT agent_executions_organization_id_fkey
    FOREIGN KEY (organization_id) REFERENCES organizations ON DELETE CASCADE NOT VALID;
ALTER TABLE tasks ADD COLUMN organization_id uuid;
ALTER TABLE tasks ADD CONSTRAINT tasks_organization_id_fkey
    FOREIGN KEY (organization_id) REFERENCES organizations ON DELETE CASCADE NOT VALID;

-- The next file fills it, and whose work it is says nothing of when it was changed. Switching the trigger off
-- there would keep writers waiting to its end; this way whatever else is changed meanwhile is still noticed.
CREATE OR REPLACE TRIGGER update_workflows_updated_at BEFORE UPDATE ON workflows
FOR EACH ROW WHEN (old.organization_id IS NOT DISTINCT FROM new.organization_id)
EXECUTE FUNCTION update_updated_at_column();

CREATE OR REPLACE TRIGGER update_agent_executions_updated_at BEFORE UPDATE ON agent_executions
FOR EACH ROW WHEN (old.organization_id IS NOT DISTINCT FROM new.organization_id)
EXECUTE FUNCTION update_updated_at_column();

CREATE OR REPLACE TRIGGER update_tasks_updated_at BEFORE UPDATE ON tasks
FOR EACH ROW WHEN (old.organization_id IS NOT DISTINCT FROM new.organization_id)
EXECUTE FUNCTION update_updated_at_column();
