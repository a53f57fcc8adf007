"""The customer's side (:8000): the chat widget and what it calls."""
