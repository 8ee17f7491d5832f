"""Reading a real account: what the official SDKs of KMS and CloudMonitor answer, as plain records, page by page.

Pure functions over a client that the caller opened: how the network is reached, how often, and what is kept of it is
the caller's (`alerts.mirrors`). No value of a secret and no key material is asked for.
"""
