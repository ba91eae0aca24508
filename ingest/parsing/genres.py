"""Words that name a genre or a part of a page, in the languages our readers' documents come in."""

from __future__ import annotations

import re

_CAPTION_WORDS = (
    "figure|fig|table|chart|graph|source|sources|note|photo|image|abbildung|abb|tabelle|grafik|quelle|quellen"
    "|foto|tableau|graphique|figura|tabla|cuadro|gráfico|fuente|fuentes|tabella"  # codespell:ignore
    "|grafico|fonte|fonti|rysunek|rys|tabela|wykres|źródło|źródła"
)
CAPTION = re.compile(
    rf"^(?:(?:{_CAPTION_WORDS})\.?\s*(?:\d+(?:[.\-]\d+)*|[ivx]+)\s*(?:[:.–—|\-]|$)|(?:{_CAPTION_WORDS})\s*:)",
    re.IGNORECASE,
)
"""A line that names a picture, a table or where they come from."""

INTERVIEW = re.compile(
    r"\b(?:interview|entretien|entrevista|intervista|wywiad|gespräch mit|conversation with)\b", re.IGNORECASE
)

CASE_STUDY = re.compile(
    r"\b(?:case[ -]stud(?:y|ies)|success stor(?:y|ies)|good practices? example|good practice|best practice example"
    r"|fallstudie|praxisbeispiel|erfolgsgeschichte|fallbeispiel|étude de cas|bonne pratique"
    r"|exemple de réussite"  # codespell:ignore
    r"|caso de éxito|estudio de caso|buena práctica|caso di studio|storia di successo|buona pratica"
    r"|studium przypadku|dobra praktyka)\b",
    re.IGNORECASE,
)

_ACTION_WORDS = (
    "action|step|task|recommendation|tip|schritt|maßnahme|empfehlung|étape|paso|acción|passo|azione|krok|działanie"
    "|aktion"  # codespell:ignore
)
LABELLED_ACTION = re.compile(rf"^(?:{_ACTION_WORDS})\s+(?:\d{{1,2}}|[ivx]+)\b", re.IGNORECASE)
"""A heading whose own label says that it tells the reader to do something."""

HOW_TO_TITLE = re.compile(
    r"^(?:how (?:to|do|can)\b|so geht|wie (?:man|sie)\b|comment\b|cómo\b|come\b|jak\b)",  # codespell:ignore
    re.IGNORECASE,
)


def names_genre(text: str) -> bool:
    """Tell whether a short heading announces an interview or a case study."""
    return bool(INTERVIEW.search(text) or CASE_STUDY.search(text))
