"""How a question becomes an answer. Start reading in `steps.py`: it is the table of contents."""
