"""What can go wrong in a migration run, provoked for real; each test's docstring names its case."""
