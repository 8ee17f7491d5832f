"""The one parser of what is written in the KMS console: one module for each menu entry."""
