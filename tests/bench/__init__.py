"""Tests of what the bench makes of its measurements; no installation is started here."""
