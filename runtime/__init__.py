"""What runs in AWS: the API, the login and the migrator. Imports nothing from the other folders."""
