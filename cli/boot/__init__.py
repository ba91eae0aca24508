"""What the launcher does before the app environment exists. Standard library only, no import of other packages."""
