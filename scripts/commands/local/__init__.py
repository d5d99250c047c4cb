"""The subcommands of `miyabi local`."""
