"""What the adviser knows: passages, answers, calls, cases. Others import `schema`, `errors` and `client` only."""
