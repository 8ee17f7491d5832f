"""Tests: the tree mirrors alerts/ and kmsconsole/; receivers/ holds real servers to deliver to."""
