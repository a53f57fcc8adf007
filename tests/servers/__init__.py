"""Real servers for tests: started on ports that the system chooses, bound to 127.0.0.1, gone when the tests are."""
