"""Alert contacts and contact groups: who can be told, and how."""
