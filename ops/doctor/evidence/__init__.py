"""What the doctor looks at, part by part; each part asks only when a check wants to know."""
