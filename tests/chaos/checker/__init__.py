"""The checker: pure, and independent of every client. It knows the protocol's promises and nothing of the code."""
