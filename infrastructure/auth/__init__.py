"""Who is calling: tokens and passwords."""
