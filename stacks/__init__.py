"""What we want: typed environments become CloudFormation templates, checked before anything is written."""
