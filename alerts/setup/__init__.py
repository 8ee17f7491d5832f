"""What a new installation starts with: account, administrator, API token and the demonstration estate."""
