"""Turns: every message from any door is kept, answered once, and its answer delivered."""
