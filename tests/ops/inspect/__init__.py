"""`ops.package.inspect`: zips that break one rule each, and binaries that are made here byte by byte."""
