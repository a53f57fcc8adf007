"""Where parcels are, from services that ask the carriers."""
