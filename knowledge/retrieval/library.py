"""All passages as search needs them: a snapshot in memory, replaced whole when documents change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from knowledge.retrieval.embedder import Vectors
from knowledge.retrieval.lexical import LexicalIndex
from knowledge.retrieval.words import fold, stems, words
from knowledge.schema import Passage
from knowledge.sentences import Sentence, split_sentences

NAME_SHARE = 0.75  # a word capitalised this often inside sentences is a name


@dataclass(frozen=True)
class IndexedPassage:
    """A passage with its sentences and the texts that stand for it in the indexes."""

    passage: Passage
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        """The passage's id."""
        return self.passage.id

    @property
    def kind(self) -> str:
        """Kind of its document."""
        return self.passage.kind

    @property
    def role(self) -> str:
        """What its section is for."""
        return self.passage.role

    @property
    def heading(self) -> str:
        """Title and section path in one line, the context its words stand in."""
        return " > ".join((self.passage.title, *self.passage.section))

    @property
    def embedded_text(self) -> str:
        """The words that are turned into its vector: its own, under its innermost headings."""
        return "\n".join((" > ".join(self.passage.section[-2:]) or self.passage.title, self.passage.text))

    @cached_property
    def sentence_stems(self) -> tuple[frozenset[str], ...]:
        """Stems of each sentence."""
        return tuple(frozenset(stems(sentence.text, self.passage.language)) for sentence in self.sentences)

    @cached_property
    def heading_stems(self) -> frozenset[str]:
        """Stems of the title and the section path."""
        return frozenset(stems(self.heading, self.passage.language))

    @cached_property
    def context_stems(self) -> frozenset[str]:
        """Stems of the passage and of its headings."""
        return self.heading_stems.union(*self.sentence_stems)


def index_passage(passage: Passage) -> IndexedPassage:
    """Prepare a passage for the library."""
    return IndexedPassage(passage, split_sentences(passage.text))


class Library:
    """An immutable snapshot of what can be found.

    `sentence_vectors` has one row a sentence in the order of `passages` (zeros where none is known yet).
    """

    def __init__(self, passages: Sequence[IndexedPassage], sentence_vectors: Mapping[str, Vectors]) -> None:
        self.passages = tuple(passages)
        self.by_id = {passage.id: number for number, passage in enumerate(self.passages)}
        counts = [len(passage.sentences) for passage in self.passages]
        self.first_sentence = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        self._vectors = sentence_vectors

    def __len__(self) -> int:
        return len(self.passages)

    @cached_property
    def complete(self) -> bool:
        """Whether every sentence has its vector here."""
        return all(text in self._vectors for text in self.sentence_texts)

    @cached_property
    def sentence_texts(self) -> tuple[str, ...]:
        """The sentences that need a vector, each once: those that can be quoted."""
        return tuple(dict.fromkeys(s.text for p in self.passages for s in p.sentences if s.quotable))

    @cached_property
    def sentence_matrix(self) -> Vectors:
        """Vectors of all sentences, one row each."""
        dimensions = next((len(vector) for vector in self._vectors.values()), 1)
        empty = np.zeros(dimensions, dtype=np.float32)
        rows = [
            self._vectors.get(sentence.text, empty)
            for passage in self.passages
            for sentence in passage.sentences
        ]
        return np.stack(rows) if rows else np.zeros((0, dimensions), dtype=np.float32)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 over the passages with their headings."""
        return LexicalIndex(
            [stems(f"{p.heading}\n{p.passage.text}", p.passage.language) for p in self.passages]
        )

    @cached_property
    def stem_frequency(self) -> Counter[str]:
        """In how many passages each stem occurs."""
        return Counter(stem for passage in self.passages for stem in passage.context_stems)

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded words that the texts write with a capital inside sentences: names of people, places, things."""
        return _names(passage.passage.text for passage in self.passages)

    def sentence_range(self, number: int) -> slice:
        """Rows of `sentence_matrix` that belong to the passage with this number."""
        return slice(int(self.first_sentence[number]), int(self.first_sentence[number + 1]))

    def sentence_similarities(self, query: Vectors, rows: slice = slice(None)) -> Vectors:
        """Cosines of the sentences in `rows` with the query's vector (zeros while vectors are missing)."""
        matrix = self.sentence_matrix[rows]
        if matrix.shape[1] != len(query):
            return np.zeros(len(matrix), dtype=np.float32)
        similarities: Vectors = matrix @ query
        return similarities


def _names(texts: Iterable[str]) -> frozenset[str]:
    capital: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for text in texts:
        for sentence in split_sentences(text):
            for word in words(sentence.text)[1:]:
                folded = fold(word)
                total[folded] += 1
                capital[folded] += word[:1].isupper()
    return frozenset(word for word, count in total.items() if capital[word] / count >= NAME_SHARE)
