"""The evaluation: scripted conversations, played through the real use cases, judged by what they expect."""
