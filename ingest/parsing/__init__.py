"""A module a format: each turns bytes into blocks; structure and passages are the same for all."""
