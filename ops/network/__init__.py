"""Who reaches whom: security groups, network ACLs and routes, as the local AWS has them.

`reaching.reach` asks for two places, `services.reach_service` for a service of AWS. What is not let through
is dropped, as a VPC does: whoever connects waits, and is refused by nobody.
"""
