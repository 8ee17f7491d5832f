"""The CloudMonitor console."""
