"""The rules of the desk: pure, without I/O, importing nothing else of the project."""
