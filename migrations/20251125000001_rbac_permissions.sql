-- Who may do what: permissions, the roles that carry them, and grants to single users.

CREATE TABLE permissions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code varchar(100) UNIQUE NOT NULL,
    name varchar(255) NOT NULL,
    description text,
    category varchar(50) NOT NULL,
    created_at timestamptz DEFAULT now()
);

-- scope: organization, team, system
CREATE TABLE roles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code varchar(100) UNIQUE NOT NULL,
    name varchar(255) NOT NULL,
    description text,
    scope varchar(50) NOT NULL DEFAULT 'organization',
    is_system boolean DEFAULT false,
    created_at timestamptz DEFAULT now()
);

CREATE TABLE role_permissions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role_id uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
    permission_id uuid NOT NULL REFERENCES permissions ON DELETE CASCADE,
    created_at timestamptz DEFAULT now(),
    UNIQUE (role_id, permission_id)
);

-- organization_id: null for a grant that holds in the whole system; expires_at: null for one that lasts
CREATE TABLE user_permissions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    permission_id uuid NOT NULL REFERENCES permissions ON DELETE CASCADE,
    organization_id uuid REFERENCES organizations ON DELETE CASCADE,
    granted_by uuid REFERENCES users ON DELETE SET NULL,
    expires_at timestamptz,
    created_at timestamptz DEFAULT now(),
    UNIQUE (user_id, permission_id, organization_id)
);

CREATE INDEX idx_permissions_code ON permissions (code);
CREATE INDEX idx_permissions_category ON permissions (category);
CREATE INDEX idx_roles_code ON roles (code);
CREATE INDEX idx_roles_scope ON roles (scope);
CREATE INDEX idx_role_permissions_role_id ON role_permissions (role_id);
CREATE INDEX idx_role_permissions_permission_id ON role_permissions (permission_id);
CREATE INDEX idx_user_permissions_user_id ON user_permissions (user_id);
CREATE INDEX idx_user_permissions_permission_id ON user_permissions (permission_id);
CREATE INDEX idx_user_permissions_organization_id ON user_permissions (organization_id);

INSERT INTO permissions (code, name, category)
SELECT code, name, split_part(code, '.', 1)
FROM (
    VALUES
        ('repositories.read', 'See repositories'),
        ('repositories.write', 'Add and change repositories'),
        ('repositories.delete', 'Remove repositories'),
        ('repositories.manage', 'Configure repositories'),
        ('agents.read', 'See executions and their logs'),
        ('agents.execute', 'Start agents'),
        ('agents.stop', 'Stop agents'),
        ('agents.manage', 'Configure agents'),
        ('workflows.read', 'See workflows'),
        ('workflows.create', 'Create workflows'),
        ('workflows.update', 'Change workflows'),
        ('workflows.delete', 'Delete workflows'),
        ('workflows.execute', 'Run workflows'),
        ('tasks.read', 'See tasks'),
        ('tasks.create', 'Create tasks'),
        ('tasks.update', 'Change tasks and their state'),
        ('tasks.delete', 'Delete tasks'),
        ('tasks.assign', 'Assign tasks to others'),
        ('organization.read', 'See the organization'),
        ('organization.update', 'Change the organization'),
        ('organization.delete', 'Delete the organization'),
        ('organization.members.read', 'See who is a member'),
        ('organization.members.manage', 'Invite, change and remove members'),
        ('teams.read', 'See teams'),
        ('teams.create', 'Create teams'),
        ('teams.update', 'Change teams and who is in them'),
        ('teams.delete', 'Delete teams')
) AS seed (code, name);

INSERT INTO roles (code, name, description, scope, is_system)
VALUES
    ('org:owner', 'Owner', 'Everything, the end of the organization included', 'organization', true),
    ('org:admin', 'Administrator', 'Everything but deleting the organization', 'organization', true),
    ('org:member', 'Member', 'Works with repositories, agents, workflows and tasks', 'organization', true),
    ('org:viewer', 'Viewer', 'Sees everything and changes nothing', 'organization', true),
    ('team:lead', 'Team lead', 'Runs a team and its work', 'team', true),
    ('team:member', 'Team member', 'Takes part in the work of a team', 'team', true);

INSERT INTO role_permissions (role_id, permission_id)
SELECT roles.id, permissions.id
FROM (
    VALUES
        ('repositories.read', 'org:owner org:admin org:member org:viewer team:lead team:member'),
        ('repositories.write', 'org:owner org:admin org:member team:lead'),
        ('repositories.delete', 'org:owner org:admin'),
        ('repositories.manage', 'org:owner org:admin'),
        ('agents.read', 'org:owner org:admin org:member org:viewer team:lead team:member'),
        ('agents.execute', 'org:owner org:admin org:member team:lead team:member'),
        ('agents.stop', 'org:owner org:admin org:member team:lead'),
        ('agents.manage', 'org:owner org:admin'),
        ('workflows.read', 'org:owner org:admin org:member org:viewer team:lead team:member'),
        ('workflows.create', 'org:owner org:admin org:member team:lead'),
        ('workflows.update', 'org:owner org:admin org:member team:lead'),
        ('workflows.delete', 'org:owner org:admin team:lead'),
        ('workflows.execute', 'org:owner org:admin org:member team:lead team:member'),
        ('tasks.read', 'org:owner org:admin org:member org:viewer team:lead team:member'),
        ('tasks.create', 'org:owner org:admin org:member team:lead team:member'),
        ('tasks.update', 'org:owner org:admin org:member team:lead team:member'),
        ('tasks.delete', 'org:owner org:admin team:lead'),
        ('tasks.assign', 'org:owner org:admin team:lead'),
        ('organization.read', 'org:owner org:admin org:member org:viewer'),
        ('organization.update', 'org:owner org:admin'),
        ('organization.delete', 'org:owner'),
        ('organization.members.read', 'org:owner org:admin org:member org:viewer'),
        ('organization.members.manage', 'org:owner org:admin'),
        ('teams.read', 'org:owner org:admin org:member org:viewer team:lead team:member'),
        ('teams.create', 'org:owner org:admin'),
        ('teams.update', 'org:owner org:admin team:lead'),
        ('teams.delete', 'org:owner org:admin')
) AS seed (permission, holders)
JOIN permissions ON permissions.code = seed.permission
JOIN roles ON roles.code = ANY (string_to_array(seed.holders, ' '));

CREATE VIEW user_effective_permissions AS
SELECT
    members.user_id,
    members.organization_id,
    permissions.code AS permission_code,
    permissions.category,
    'role' AS source,
    roles.code AS role_code
FROM organization_members AS members
JOIN roles ON roles.code = 'org:' || members.role
JOIN role_permissions ON role_permissions.role_id = roles.id
JOIN permissions ON permissions.id = role_permissions.permission_id
WHERE members.status = 'active'
UNION
SELECT
    members.user_id,
    teams.organization_id,
    permissions.code,
    permissions.category,
    'team_role',
    roles.code
FROM team_members AS members
JOIN teams ON teams.id = members.team_id
JOIN roles ON roles.code = 'team:' || members.role
JOIN role_permissions ON role_permissions.role_id = roles.id
JOIN permissions ON permissions.id = role_permissions.permission_id
UNION
SELECT
    grants.user_id,
    grants.organization_id,
    permissions.code,
    permissions.category,
    'direct',
    NULL::varchar(100)
FROM user_permissions AS grants
JOIN permissions ON permissions.id = grants.permission_id
WHERE grants.expires_at IS NULL OR grants.expires_at > now();

CREATE FUNCTION has_permission(p_user_id uuid, p_organization_id uuid, p_permission_code varchar)
RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM user_effective_permissions AS held
    WHERE held.user_id = p_user_id
    AND held.organization_id = p_organization_id
    AND held.permission_code = p_permission_code
)
$$;
