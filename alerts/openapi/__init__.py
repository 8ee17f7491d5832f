"""The Alibaba Cloud RPC API: CloudMonitor (CMS 2019-01-01) and KMS (2016-01-20), as the official SDKs speak it.

A signed request becomes a `Call`; an action is a function that makes the answer of it, through the same forms, filters
and verbs as the consoles.
"""
