"""The chat: from a message to visible replies, whatever else is down."""
