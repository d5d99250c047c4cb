"""A local AWS: moto's services in this process, under a CloudFormation of our own."""
