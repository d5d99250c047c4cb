"""Who may do what: the evaluation of IAM's policies, as the local AWS has them.

`roles.role_may` asks for a role, `resources.service_may` for a service that a resource's own policy names.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""
