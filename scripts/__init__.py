"""The commands: one thin file each, and the shell scripts behind make."""
