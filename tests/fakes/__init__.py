"""The ports in memory, each keeping every promise that `domain/ports.py` makes, with a switch or two for tests."""
