"""Channels: the doors people come through. Each receives, renders and delivers; what lies between is the same."""
