"""URLs of the customer's side: declare, authorise, delegate, return."""
