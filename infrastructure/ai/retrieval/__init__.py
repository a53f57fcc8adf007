"""Finding what a shop knows about a question; engines share it."""
