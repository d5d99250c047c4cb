"""Our Runtime API beside AWS's own emulator of Lambda: the same is said to both, and the answers compared.

scripts/emulator.py fetches the emulator; without it these tests are skipped.
"""
