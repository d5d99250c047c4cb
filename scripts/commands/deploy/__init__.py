"""`miyabi deploy`: the plan, the question, the progress and what came of it."""
