"""`miyabi plan`: what deploying would do, for a terminal, a program or a pull request."""
