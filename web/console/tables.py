"""Tables whose filter, order and page stand in the URL, so that they can be bookmarked, sent and gone back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE = 25
LONGEST_FILTER = 200


@dataclass(frozen=True)
class Wish:
    """What the URL asks of a table: words to find, chosen values by filter, the order and the page from 1."""

    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    @property
    def key(self) -> str:
        """The column to sort by."""
        return self.sort.removeprefix("-")

    @property
    def down(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


def read_wish(
    args: Mapping[str, str],
    columns: Sequence[str],
    sort: str,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Wish:
    """Read a wish from a query string; what is unknown falls back to `sort` and to no filter."""
    wanted = args.get("sort", sort)
    chosen = {name: args[name] for name, known in (filters or {}).items() if args.get(name) in known}
    number = args.get("page", "1")
    return Wish(
        words=args.get("words", "").strip()[:LONGEST_FILTER],
        chosen=chosen,
        sort=wanted if wanted.removeprefix("-") in columns else sort,
        page=min(int(number), 1_000_000) if number.isdecimal() and len(number) < 8 and int(number) else 1,
    )


@dataclass(frozen=True)
class Table:
    """One page of a table as its template shows it. `any` says whether there is anything without the filter."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Any]
    total: int
    wish: Wish
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))

    @property
    def page(self) -> int:
        """The page shown: the last one when the URL asks for one beyond it."""
        return min(self.wish.page, self.pages)

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return (self.page - 1) * PAGE + 1 if self.total else 0

    @property
    def filtered(self) -> bool:
        """Whether rows may be hidden by words or a filter."""
        return bool(self.wish.words or self.wish.chosen)

    def query(self, **changes: str) -> str:
        """Return the query string of this table with some changes."""
        kept = {"words": self.wish.words, **self.wish.chosen, "sort": self.wish.sort}
        return "?" + urlencode({name: value for name, value in (kept | changes).items() if value})

    def sorted_by(self, column: str) -> str:
        """Return the query string that sorts by a column, the other way round when it is sorted by it already."""
        same = self.wish.key == column and not self.wish.down
        return self.query(sort=f"-{column}" if same else column)

    def aria_sort(self, column: str) -> str:
        """Return how a column is sorted, as assistive technology is told."""
        if self.wish.key != column:
            return "none"
        return "descending" if self.wish.down else "ascending"


def from_list(
    name: str,
    rows: Sequence[Any],
    wish: Wish,
    columns: Mapping[str, Callable[[Any], Any]],
    *,
    text: Callable[[Any], str],
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """Build a table from rows in memory; a filter compares the attribute of its name."""
    wanted = wish.words.casefold().split()
    fit = [
        row
        for row in rows
        if all(word in text(row).casefold() for word in wanted)
        and all(str(getattr(row, key)) == value for key, value in wish.chosen.items())
    ]
    by = columns[wish.key]
    fit.sort(
        key=lambda row: ((value := by(row)) is None, value if value is not None else 0), reverse=wish.down
    )
    table = Table(name, list(columns), (), len(fit), wish, filters or {})
    begin = (table.page - 1) * PAGE
    return Table(name, list(columns), fit[begin : begin + PAGE], len(fit), wish, filters or {})


def from_select(
    name: str,
    session: Session,
    statement: Select[Any],
    wish: Wish,
    columns: Mapping[str, InstrumentedAttribute[Any]],
    *,
    text: Sequence[InstrumentedAttribute[Any]],
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """Build a table from a statement that selects one kind of row."""
    for word in wish.words.split():
        statement = statement.where(_holds(word, text))
    for key, value in wish.chosen.items():
        statement = statement.where(columns[key] == value)
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    table = Table(name, list(columns), (), total, wish, filters or {})
    order = columns[wish.key]
    statement = statement.order_by(order.desc() if wish.down else order.asc())
    rows = session.scalars(statement.offset((table.page - 1) * PAGE).limit(PAGE)).all()
    return Table(name, list(columns), rows, total, wish, filters or {})


def _holds(word: str, columns: Sequence[InstrumentedAttribute[Any]]) -> ColumnElement[bool]:
    return or_(*(cast(column, String).icontains(word, autoescape=True) for column in columns))
