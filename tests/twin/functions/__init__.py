"""The functions of a local AWS, run as Lambda would run them."""
