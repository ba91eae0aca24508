"""The little Python that runs inside Rasa's own environment (Python 3.10): its door and its memory."""
