"""Subscription policies: which events are told together, how often, and to whom when nobody answers."""
