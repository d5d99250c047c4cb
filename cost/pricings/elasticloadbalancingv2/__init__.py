"""Load balancers for applications, networks and appliances."""
