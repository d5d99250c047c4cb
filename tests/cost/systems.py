"""Small systems to price: the reported one, and builders for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.deployment import Deployment
from cfn.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

Resources = dict[str, dict[str, Any]]

REPORTED_TRAFFIC = {
    "requests_per_month": 1_000_000,
    "request_duration_ms": 1000,
    "cold_start_share": 0,
    "init_duration_ms": 0,
    "request_kb": 2,
    "response_kb": 8,
    "internet_out_gb": 10,
    "log_gb": 1,
}


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    """One resource as it stands in a template."""
    return {"Type": type_, "Properties": properties}


def ref(logical_id: str) -> dict[str, str]:
    """Ref of a resource."""
    return {"Ref": logical_id}


def attribute(logical_id: str, name: str) -> dict[str, list[str]]:
    """Fn::GetAtt of a resource."""
    return {"Fn::GetAtt": [logical_id, name]}


def deploy(resources: Resources | Mapping[str, Resources], name: str = "test") -> Deployment:
    """One stack called `stack` with these resources, or several by their names."""
    single = any("Type" in body for body in resources.values()) or not resources
    stacks: Any = {"stack": resources} if single else resources
    templates = [Template(stack, {"Resources": content}) for stack, content in stacks.items()]
    return Deployment(name, templates, "us-east-1", "211234825975")


def function(**properties: Any) -> Resources:
    """One function behind an HTTP API that sends it everything."""
    return {
        "HttpApi": resource("AWS::ApiGatewayV2::Api", Name="api", ProtocolType="HTTP"),
        "ApiIntegration": resource(
            "AWS::ApiGatewayV2::Integration",
            ApiId=ref("HttpApi"),
            IntegrationUri=attribute("ApiFunction", "Arn"),
        ),
        "DefaultRoute": resource(
            "AWS::ApiGatewayV2::Route",
            ApiId=ref("HttpApi"),
            RouteKey="$default",
            Target={"Fn::Join": ["/", ["integrations", ref("ApiIntegration")]]},
        ),
        "ApiFunction": resource("AWS::Lambda::Function", **properties),
    }


def database(**properties: Any) -> dict[str, Any]:
    """The database of the status report, with other properties where given."""
    reported = {
        "DBInstanceIdentifier": "miyabi-postgres-prod",
        "DBInstanceClass": "db.t3.small",
        "Engine": "postgres",
        "AllocatedStorage": "20",
        "StorageType": "gp3",
        "MultiAZ": False,
        "PubliclyAccessible": False,
    }
    return resource("AWS::RDS::DBInstance", **(reported | properties))


def reported() -> Deployment:
    """The system of the status report, as it was found."""
    function_name = "miyabi-api-production"
    service = function(
        FunctionName=function_name,
        Runtime="provided.al2",
        Handler="bootstrap",
        MemorySize=512,
        Architectures=["x86_64"],
        Role=attribute("ExecutionRole", "Arn"),
        Environment={
            "Variables": {"JWT_SECRET": "{{resolve:secretsmanager:miyabi/production/jwt:SecretString:value}}"}
        },
    )
    return deploy(
        {
            "network": {
                "DatabaseSecurityGroup": resource("AWS::EC2::SecurityGroup", GroupDescription="PostgreSQL")
            },
            "database": {
                "Database": database(
                    PubliclyAccessible=True,
                    MasterUserPassword="{{resolve:secretsmanager:miyabi/production/database:SecretString:password}}",
                ),
                "HostParameter": resource(
                    "AWS::SSM::Parameter",
                    Name="/host",
                    Type="String",
                    Value=attribute("Database", "Endpoint.Address"),
                ),
            },
            "service": {
                **service,
                "DefaultStage": resource(
                    "AWS::ApiGatewayV2::Stage", ApiId=ref("HttpApi"), StageName="$default"
                ),
                "ApiLogGroup": resource("AWS::Logs::LogGroup", LogGroupName=f"/aws/lambda/{function_name}"),
                "ExecutionRole": resource("AWS::IAM::Role", AssumeRolePolicyDocument={}),
            },
        },
        name="reported",
    )
