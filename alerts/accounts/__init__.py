"""Cloud accounts (the tenants), their members and roles, API tokens and the audit trail."""
