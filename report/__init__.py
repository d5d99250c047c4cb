"""What people look at: the diagram, the status report, the cost page."""
