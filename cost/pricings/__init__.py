"""What each CloudFormation type costs: a module for each type, found by its name (`cost/registry.py`)."""
