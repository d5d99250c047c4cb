"""The login with GitHub: what the `login` function answers, see docs/login.md."""
