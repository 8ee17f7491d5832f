"""Incidents: what is still wrong on one resource, opened by one event and closed by another."""
