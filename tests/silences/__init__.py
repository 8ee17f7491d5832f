"""Tests of silences."""
