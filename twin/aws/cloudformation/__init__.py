"""CloudFormation, as the local AWS has it: stacks whose resources are made by handlers."""
