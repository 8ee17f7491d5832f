"""Contacts, groups and alert rules as one YAML file: written, read, compared, and brought in all or nothing."""
