"""The HTTP doors for facts from outside: CloudEvents, and CloudMonitor's own callbacks."""
