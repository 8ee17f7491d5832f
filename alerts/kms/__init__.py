"""The KMS console."""
