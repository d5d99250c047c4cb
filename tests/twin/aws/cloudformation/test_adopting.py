"""Production as people made it by hand is adopted, as it is, and then becomes what its templates say.

"Import existing resources into a stack", import-resources-manually.html: an import takes neither outputs nor
other new resources, so that it comes before the update that brings them.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.twin.aws.cloudformation.small import given, status
from twin.aws.deploying import Written, prepare

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

GOLDEN = Path(__file__).parents[3] / "golden"
DATABASE, FUNCTION, ROLE = "miyabi-postgres-prod", "miyabi-api-production", "miyabi-lambda-execution-role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
"""As a person writes it: neither with a Sid nor with a list of actions, as the template does."""


def make_by_hand(aws: Aws) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Make what the report found, by the services' APIs; gives identifiers and what the templates ask for."""
    groups, parameters = _make_database(aws)
    return {**groups, **_make_service(aws)}, parameters


def _make_database(aws: Aws) -> tuple[dict[str, list[str]], dict[str, str]]:
    ec2, rds = aws.client("ec2"), aws.client("rds")
    subnets = ec2.describe_subnets()["Subnets"]
    vpc, ids = subnets[0]["VpcId"], sorted(subnet["SubnetId"] for subnet in subnets)[:3]
    group = ec2.create_security_group(GroupName="miyabi-db", Description="The database's", VpcId=vpc)[
        "GroupId"
    ]
    world = {"FromPort": 5432, "ToPort": 5432, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[world])
    named = {"DBSubnetGroupName": "miyabi-db-subnet-prod"}
    rds.create_db_subnet_group(**named, DBSubnetGroupDescription="Subnets", SubnetIds=ids)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    rds.create_db_instance(
        **named,
        DBInstanceIdentifier=DATABASE,
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
        DBInstanceClass="db.t3.small",
        DBName="miyabi",
        Engine="postgres",
        EngineVersion="15.15",
        KmsKeyId=key,
        MasterUserPassword="of the last year",
        MasterUsername="miyabi_admin",
        PreferredBackupWindow="03:00-04:00",
        PreferredMaintenanceWindow="sun:01:00-sun:02:00",
        PubliclyAccessible=True,
        StorageEncrypted=True,
        StorageType="gp3",
        VpcSecurityGroupIds=[group],
    )
    identifiers = {
        "Database": [DATABASE],
        "DatabaseSecurityGroup": [group],
        "DatabaseSubnetGroup": [named["DBSubnetGroupName"]],
    }
    return identifiers, {
        "AdoptedDatabaseSubnetIds": ",".join(ids),
        "AdoptedFunctionSubnetIds": ",".join(ids),
        "AdoptedSecurityGroupDescription": "The database's",
        "AdoptedStorageKeyArn": key,
        "AdoptedSubnetGroupDescription": "Subnets",
        "AdoptedVpcId": vpc,
    }


def _make_service(aws: Aws) -> dict[str, list[str]]:
    iam, gateway = aws.client("iam"), aws.client("apigatewayv2")
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    log_rights = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=log_rights)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as content:
        content.writestr("bootstrap", "")
    function = aws.client("lambda").create_function(
        FunctionName=FUNCTION,
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": {"DATABASE_URL": "postgresql://as-entered", "RUST_LOG": "debug"}},
        Handler="bootstrap",
        MemorySize=512,
        Role=role,
        Runtime="provided.al2",
        Timeout=30,
    )["FunctionArn"]
    aws.client("logs").create_log_group(logGroupName=f"/aws/lambda/{FUNCTION}")
    api = gateway.create_api(Name=FUNCTION, ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function,
        PayloadFormatVersion="2.0",
        TimeoutInMillis=30000,
    )["IntegrationId"]
    target = f"integrations/{integration}"
    route = gateway.create_route(ApiId=api, RouteKey="$default", Target=target)["RouteId"]
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return {
        "ApiFunction": [FUNCTION],
        "ApiIntegration": [api, integration],
        "ApiLogGroup": [f"/aws/lambda/{FUNCTION}"],
        "ApiRole": [ROLE],
        "DefaultRoute": [api, route],
        "DefaultStage": [api, "$default"],
        "HttpApi": [api],
    }


def adopted_part(body: Document, identifiers: dict[str, list[str]]) -> Document:
    """Of a template what an import may have: what is there already, and kept whatever happens."""
    there = {
        logical_id: {**resource, "DeletionPolicy": "Retain"}
        for logical_id, resource in body["Resources"].items()
        if logical_id in identifiers
    }
    return {"Parameters": body["Parameters"], "Resources": there}


def to_import(cloudformation: Any, text: str, identifiers: dict[str, list[str]]) -> list[Document]:
    """ResourcesToImport, by what GetTemplateSummary says of each type."""
    summaries = cloudformation.get_template_summary(TemplateBody=text)["ResourceIdentifierSummaries"]
    return [
        {
            "ResourceType": summary["ResourceType"],
            "LogicalResourceId": logical_id,
            "ResourceIdentifier": dict(
                zip(summary["ResourceIdentifiers"], identifiers[logical_id], strict=True)
            ),
        }
        for summary in summaries
        for logical_id in summary["LogicalResourceIds"]
    ]


def bring(aws: Aws, stack: Document, parameters: dict[str, str], kind: str, **call: Any) -> list[Document]:
    """Bring a stack on by a change set of that kind; gives the changes."""
    cloudformation, named = aws.client("cloudformation"), {"StackName": stack["name"], "ChangeSetName": kind}
    asked = {name: parameters[name] for name, one in stack["parameters"].items() if one["required"]}
    capabilities = stack["capabilities"]
    cloudformation.create_change_set(
        **named, ChangeSetType=kind, Parameters=given(**asked), Capabilities=capabilities, **call
    )
    found: list[Document] = cloudformation.describe_change_set(**named)["Changes"]
    cloudformation.execute_change_set(**named)
    assert f"{kind}_COMPLETE" == status(aws, stack["name"])
    return [change["ResourceChange"] for change in found]


def test_the_reported_system_is_adopted_and_becomes_production(aws: Aws) -> None:
    reported, production = Written(GOLDEN / "reported"), Written(GOLDEN / "production")
    cloudformation = aws.client("cloudformation")
    prepare(aws, production)
    identifiers, parameters = make_by_hand(aws)

    for stack in reported.stacks:
        body = json.loads(reported.text(stack))
        text = json.dumps(adopted_part(body, identifiers))
        imports = to_import(cloudformation, text, identifiers)
        bring(aws, stack, parameters, "IMPORT", TemplateBody=text, ResourcesToImport=imports)
        changes = bring(aws, stack, parameters, "UPDATE", TemplateBody=reported.text(stack))
        assert {"Add", "Modify"} == {change["Action"] for change in changes}
    for stack in production.stacks[:3]:
        pairs = [{"Key": key, "Value": value} for key, value in stack["tags"].items()]
        changes = bring(aws, stack, parameters, "UPDATE", TemplateBody=production.text(stack), Tags=pairs)
        assert [] == [
            change["LogicalResourceId"] for change in changes if change.get("Replacement") == "True"
        ]

    [database] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
    function = aws.client("lambda").get_function_configuration(FunctionName=FUNCTION)
    assert (False, True) == (database["PubliclyAccessible"], database["MultiAZ"])
    assert "verify-full" in function["Environment"]["Variables"]["DATABASE_URL"]
    assert "mon:04:30-mon:05:30" == database["PreferredMaintenanceWindow"]
    role = aws.client("iam").get_role(RoleName=ROLE)["Role"]
    assert TRUST == role["AssumeRolePolicyDocument"], "no update has changed what differed from the start"
