"""The shell that every page of a report has: head, header, contents, footer, and how they look."""
