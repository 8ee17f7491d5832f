"""The pages of the KMS console: one module for each menu entry."""
