"""Account switching, members and roles, API tokens, the person's own settings, and the audit trail."""
