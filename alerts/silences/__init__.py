"""Silences: what is known and must not be told again for a while. They hide messages, never events or incidents."""
