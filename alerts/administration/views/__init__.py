"""The pages under /account/: one module for each tab, and the person's own."""
