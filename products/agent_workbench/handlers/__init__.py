"""URLs of the agent's side: declare, authorise, delegate, return."""
