"""Refreshing the price books, against answers in the form in which AWS gives them."""
