"""The subcommands of `miyabi migrate`."""
