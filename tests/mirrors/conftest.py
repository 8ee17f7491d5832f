"""The cloud of these tests."""

from tests.mirrors.cloud import cloud

__all__ = ["cloud"]
