-- Organizations with members and teams, so that repositories need not belong to one person.

CREATE TYPE org_member_role AS ENUM ('owner', 'admin', 'member', 'viewer');
CREATE TYPE team_member_role AS ENUM ('lead', 'member');

-- plan: free, pro, enterprise
CREATE TABLE organizations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    slug varchar(100) UNIQUE NOT NULL,
    description text,
    avatar_url text,
    github_org_id bigint UNIQUE,
    github_org_login varchar(255),
    settings jsonb DEFAULT '{}',
    plan varchar(50) DEFAULT 'free',
    max_members integer DEFAULT 5,
    max_repositories integer DEFAULT 10,
    is_active boolean DEFAULT true,
    owner_id uuid REFERENCES users ON DELETE SET NULL,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

-- status: invited, active, suspended
CREATE TABLE organization_members (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role org_member_role NOT NULL DEFAULT 'member',
    status varchar(20) DEFAULT 'active',
    invited_by uuid REFERENCES users ON DELETE SET NULL,
    accepted_at timestamptz,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    UNIQUE (organization_id, user_id)
);

CREATE TABLE teams (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    slug varchar(100) NOT NULL,
    description text,
    settings jsonb DEFAULT '{}',
    is_visible boolean DEFAULT true,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    UNIQUE (organization_id, slug)
);

CREATE TABLE team_members (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role team_member_role NOT NULL DEFAULT 'member',
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    UNIQUE (team_id, user_id)
);

ALTER TABLE repositories
    ADD COLUMN organization_id uuid REFERENCES organizations ON DELETE SET NULL,
    ADD COLUMN team_id uuid REFERENCES teams ON DELETE SET NULL;

CREATE INDEX idx_organizations_slug ON organizations (slug);
CREATE INDEX idx_organizations_owner_id ON organizations (owner_id);
CREATE INDEX idx_organizations_github_org_id ON organizations (github_org_id);
CREATE INDEX idx_organizations_is_active ON organizations (is_active);
CREATE INDEX idx_org_members_organization_id ON organization_members (organization_id);
CREATE INDEX idx_org_members_user_id ON organization_members (user_id);
CREATE INDEX idx_org_members_role ON organization_members (role);
CREATE INDEX idx_org_members_status ON organization_members (status);
CREATE INDEX idx_teams_organization_id ON teams (organization_id);
CREATE INDEX idx_teams_slug ON teams (organization_id, slug);
CREATE INDEX idx_team_members_team_id ON team_members (team_id);
CREATE INDEX idx_team_members_user_id ON team_members (user_id);
-- migrate: allow index-blocks-writes where this file has yet to run, the tables are empty
CREATE INDEX idx_repositories_organization_id ON repositories (organization_id);
CREATE INDEX idx_repositories_team_id ON repositories (team_id);

CREATE TRIGGER update_organizations_updated_at BEFORE UPDATE ON organizations
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_organization_members_updated_at BEFORE UPDATE ON organization_members
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_teams_updated_at BEFORE UPDATE ON teams
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TRIGGER update_team_members_updated_at BEFORE UPDATE ON team_members
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE VIEW organization_summary AS
SELECT
    organizations.id,
    organizations.name,
    organizations.slug,
    organizations.plan,
    organizations.is_active,
    organizations.created_at,
    (
        SELECT count(*) FROM organization_members AS members
        WHERE members.organization_id = organizations.id AND members.status = 'active'
    ) AS member_count,
    (SELECT count(*) FROM teams WHERE teams.organization_id = organizations.id) AS team_count,
    (
        SELECT count(*) FROM repositories WHERE repositories.organization_id = organizations.id
    ) AS repository_count
FROM organizations;

CREATE VIEW user_organizations AS
SELECT
    members.user_id,
    organizations.id AS organization_id,
    organizations.name AS organization_name,
    organizations.slug AS organization_slug,
    organizations.avatar_url,
    members.role,
    members.status,
    members.created_at AS joined_at
FROM organization_members AS members
JOIN organizations ON organizations.id = members.organization_id
WHERE organizations.is_active;
