"""Tests of our CloudFormation, through boto3."""
