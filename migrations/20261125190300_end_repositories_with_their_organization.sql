-- The end of an organization gave its repositories to whoever had added them, a former member perhaps.

-- From here on they end with it; the foreign key that let them go is dropped once old rows are checked.
ALTER TABLE repositories ADD CONSTRAINT repositories_of_organization
    FOREIGN KEY (organization_id) REFERENCES organizations ON DELETE CASCADE NOT VALID;
