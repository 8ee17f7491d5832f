"""The pages of the CloudMonitor console: one module for each menu entry."""
