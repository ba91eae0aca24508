"""Faults of the knowledge process, as its callers meet them.

Expected outcomes (nothing found, needs detail) are statuses of an `Answer`, never exceptions.
Standard library only: this module is part of the published face.
"""


class KnowledgeError(Exception):
    """Base of everything a `Client` raises; its text says what to do next."""


class Unreachable(KnowledgeError):
    """The knowledge process did not answer in time, or refused the connection."""


class Refused(KnowledgeError):
    """The request was understood and turned down, e.g. a document without text."""


class NotFound(KnowledgeError):
    """No document or passage has this id."""
