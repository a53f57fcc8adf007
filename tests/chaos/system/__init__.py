"""The system under test: databases, Redis, Baton's processes, and the proxies through which clients reach them."""
