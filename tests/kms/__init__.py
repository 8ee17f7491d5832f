"""The KMS console: its resource pages, each verb through its page."""
