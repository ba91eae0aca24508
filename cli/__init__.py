"""The command line: click commands, a module a noun, and `boot`, what runs before the environments exist."""
