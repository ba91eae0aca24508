"""Slack: mentions and direct messages in, answers in the same thread out."""
