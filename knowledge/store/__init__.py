"""The record: documents, passages, vectors and gaps in SQL. Everything else can be rebuilt from it."""
