"""The status report: what a system is, how it is, and what is to be done, as data, Markdown and one page."""
