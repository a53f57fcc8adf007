"""What only a screen can show: both pages in a real browser, on real processes."""
