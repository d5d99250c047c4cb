"""The values that travel between stacks, each as an SSM parameter: who writes it, and its type.

No Exports: an exported value locks its producer for as long as anybody imports it.
"""

from __future__ import annotations

from dataclasses import dataclass

from stacks.naming import logical_id

_STRING = "String"
_GROUP = "AWS::EC2::SecurityGroup::Id"
_SUBNETS = "List<AWS::EC2::Subnet::Id>"


@dataclass(frozen=True, slots=True)
class Value:
    """A value that one stack publishes at `/miyabi/<system>/<stack>/<name>` and others read."""

    stack: str
    name: str
    description: str
    type: str = _STRING

    @property
    def title(self) -> str:
        """Its name in templates that write or read it, such as `DatabaseHost`."""
        return logical_id(self.stack, self.name)

    @property
    def is_list(self) -> bool:
        """Whether it is kept as a StringList."""
        return self.type.startswith("List<")


KEY_ARN = Value("network", "key-arn", "KMS key for logs, secrets, environment variables, topic and backups")
DATABASE_SUBNETS = Value("network", "database-subnet-ids", "Subnets of the database", _SUBNETS)
FUNCTION_SUBNETS = Value(
    "network", "function-subnet-ids", "Subnets of the functions' network interfaces", _SUBNETS
)
DATABASE_GROUP = Value("network", "database-security-group-id", "Security group of the database", _GROUP)
API_GROUP = Value("network", "api-security-group-id", "Security group of the api function", _GROUP)
MIGRATOR_GROUP = Value("network", "migrator-security-group-id", "Security group of the migrator", _GROUP)

DATABASE_HOST = Value("database", "host", "Address of the PostgreSQL instance")
DATABASE_PORT = Value("database", "port", "Port of the PostgreSQL instance")
DATABASE_ID = Value("database", "instance-id", "Identifier of the PostgreSQL instance")
DATABASE_ARN = Value("database", "instance-arn", "ARN of the PostgreSQL instance")
PARAMETER_GROUP = Value("database", "parameter-group-name", "Parameter group of the instance")
MASTER_SECRET = Value("database", "master-secret-arn", "Secret with the password of the master user")
LOGIN_SECRETS = {
    "a": Value(
        "database", "api-login-a-secret-arn", "Secret with the password of database role miyabi_api_a"
    ),
    "b": Value(
        "database", "api-login-b-secret-arn", "Secret with the password of database role miyabi_api_b"
    ),
}
MIGRATOR_NAME = Value("database", "migrator-function-name", "Name of the migrator function")

API_ID = Value("service", "api-id", "Id of the HTTP API")
API_FUNCTION_NAME = Value("service", "api-function-name", "Name of the api function")
LOGIN_FUNCTION_NAME = Value("service", "login-function-name", "Name of the login function")
ORIGIN_SECRET = Value(
    "service", "origin-secret-arn", "Secret that CloudFront puts into every request to the API"
)

PUBLIC_ADDRESS = Value("edge", "public-address", "Address of the frontend, https://...")
DISTRIBUTION_ID = Value("edge", "distribution-id", "Id of the CloudFront distribution")
FRONTEND_BUCKET = Value("edge", "frontend-bucket-name", "Bucket that holds the frontend")
FIREWALL_NAME = Value("edge", "firewall-name", "Name of the WAF web ACL")

ARTIFACT_BUCKET = Value("artifact", "bucket", "Bucket that holds the packages; written by deploy")
ARTIFACT_KEY = Value("artifact", "key", "Object key of the Python package; written by deploy")
BOOTSTRAP_KEY = Value(
    "artifact", "bootstrap-key", "Object key of a custom runtime's package; written by deploy"
)

SERVICE_ROLE = Value("pipeline", "service-role-arn", "Role by which CloudFormation changes the stacks")
