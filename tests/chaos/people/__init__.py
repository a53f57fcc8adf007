"""Customers and agents. They trust nothing: every error is retried, every frame written down."""
