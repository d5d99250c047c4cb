"""The command `miyabi destroy`."""
