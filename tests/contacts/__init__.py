"""The stage of contacts."""
