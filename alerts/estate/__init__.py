"""Instances, keys, secrets, access points, client keys and replicas: metadata, and the verbs that change it."""
