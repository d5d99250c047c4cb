-- Work on an organization's repository becomes the organization's; all other work stays its user's.

-- Others read and write meanwhile; the busiest table comes last, for its rows are held to the end.
UPDATE workflows SET organization_id = repositories.organization_id
FROM repositories
WHERE repositories.id = workflows.repository_id
AND workflows.organization_id IS NULL AND repositories.organization_id IS NOT NULL;

UPDATE agent_executions SET organization_id = repositories.organization_id
FROM repositories
WHERE repositories.id = agent_executions.repository_id
AND agent_executions.organization_id IS NULL AND repositories.organization_id IS NOT NULL;

UPDATE tasks SET organization_id = repositories.organization_id
FROM repositories
WHERE repositories.id = tasks.repository_id
AND tasks.organization_id IS NULL AND repositories.organization_id IS NOT NULL;
