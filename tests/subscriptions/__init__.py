"""Tests of subscription policies."""
