"""The line from end to end: a whole installation with real workers, spoken to only from outside."""
