"""The database that belongs to web: conversations and accounts."""
