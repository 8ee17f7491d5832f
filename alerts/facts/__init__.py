"""What was observed: one row per fact, kept until it is evaluated and for as long as a repeat could arrive."""
