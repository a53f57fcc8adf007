"""The agent's side (:8002): the workbench and what it calls."""
