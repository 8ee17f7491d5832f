"""Decisions, notifications and attempts: what each rule made of an event, and what became of every message."""
