"""Tests of what both consoles are made of."""
