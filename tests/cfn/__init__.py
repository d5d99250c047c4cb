"""Tests of reading CloudFormation."""
