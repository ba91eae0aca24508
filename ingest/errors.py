"""What can be wrong with a file that somebody wants to add, each with words that say what to do next."""

from __future__ import annotations


class IngestError(Exception):
    """A source cannot be read; the text names the reason and the next step, for the person who gave the file."""


class MissingFile(IngestError):
    """The path leads to no readable file."""


class EmptyFile(IngestError):
    """The file holds nothing."""


class TooLarge(IngestError):
    """The file is bigger than we read."""


class UnknownFormat(IngestError):
    """No parser reads this kind of file, or a binary file calls itself text."""


class BrokenFile(IngestError):
    """The file's format is known but its content is damaged."""


class Locked(IngestError):
    """The file asks for a password."""


class NoText(IngestError):
    """The file holds no words, e.g. a scan."""


class BadHeader(IngestError):
    """The header of a document (kind, dates, addresses) says something we cannot use."""
