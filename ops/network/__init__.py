"""Who reaches whom: security groups, network ACLs and routes, as they are read back from an account.

`reaching.reach` asks for two places, `services.reach_service` for a service of AWS. What is not let through
is dropped, as a VPC does: whoever connects waits, and is refused by nobody.

What leads on by peering, a transit gateway or an appliance is not followed: it is not allowed, and
`Reach.followed` is False, since nobody knows here. `reaching.every_pair` tells of all that stops, not of
the first alone.
"""
