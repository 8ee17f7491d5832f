"""System events: the catalogue, the triggers, and the verb that turns facts into events."""
