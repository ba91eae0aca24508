"""Finding passages: by meaning (Chroma, sentence vectors) and by words (BM25), fused into one ranking."""
