"""Event-triggered alert rules: which events somebody wants to hear of, and the one matcher."""
