"""What goes wrong and when: planned from a seed before the run, carried out during it."""
