"""What the subcommands of `miyabi package` do."""
