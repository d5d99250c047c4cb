"""Keeps the generated parts of the documents true: each stands between two comments that name it.

    <!-- generated: settings -->
    ...
    <!-- end -->

`make docs` writes them anew; a test fails while any of them is out of date.
"""
