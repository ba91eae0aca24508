"""What the dialogue does when words alone are not enough: a module for each topic of conversation."""
