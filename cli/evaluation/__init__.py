"""Measuring answers against questions with known facts: reading, asking, judging, adding up."""
