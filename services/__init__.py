"""The use cases: load, decide, save, announce. They take ports and know no adapter."""
