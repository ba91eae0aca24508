"""Privacy: what is kept is kept for a while, and goes when somebody asks."""
