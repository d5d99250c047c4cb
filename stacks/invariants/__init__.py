"""The rules that every synthesised environment keeps, or waives one by one.

A rule is a function with an id, the type it looks at, a sentence and a remedy. Ids are those of
Security Hub's controls where one exists (`RDS.2`), else ours (`MIYABI.NET.1`); the ids that
other tools give the same rule stand beside it. Modules of this package are imported for their
rules by `stacks.invariants.catalogue`.
"""
