"""The faults that a rehearsal can be given: what each changes, and what is then seen of it.

    injected = inject(world, "API-001")
    ...                  # ask, read the logs
    injected.undo()

`catalogue.toml` has them all; `injectors` change the local AWS as the mistake at AWS would.
"""
