"""Our pages in a real browser, as somebody opens them: by `make test-browser`, apart from `make test`."""
