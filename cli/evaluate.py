"""`eval`: run a file of questions and print how good the answers are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from cli.connection import connect
from cli.evaluation.asking import directly, through_dialogue
from cli.evaluation.measures import Verdict, judge, summarise, summarise_by
from cli.evaluation.questions import Question, read_questions
from cli.output import faults_as_words, json_option, print_json, say, table_console


@click.command("eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--direct", is_flag=True, help="Ask the knowledge without the dialogue (faster, no histories).")
@click.option("--misses", is_flag=True, help="List the questions that went wrong, too.")
@json_option
@faults_as_words
def eval_command(file: Path, direct: bool, misses: bool, as_json: bool) -> None:
    """Ask every question of FILE and measure retrieval, citations, facts, refusals and wrong figures."""
    questions = read_questions(file)
    connection = connect()
    ask = directly(connection.knowledge()) if direct else through_dialogue(connection)
    verdicts = [judge(question, ask(question)) for question in _with_bar(questions)]
    if as_json:
        print_json(report(verdicts))
        return
    _show(verdicts)
    if misses:
        _show_misses(verdicts)


def _with_bar(questions: list[Question]) -> Iterable[Question]:
    console = Console(stderr=True)
    return track(questions, "Asking", console=console, transient=True, disable=not console.is_terminal)


def report(verdicts: list[Verdict]) -> dict[str, Any]:
    """Return all measures in the shape of `eval --json`."""
    return {
        "all": summarise(verdicts),
        "by_type": summarise_by(verdicts, lambda question: question.type),
        "by_language": summarise_by(verdicts, lambda question: question.lang),
        "questions": [_describe(verdict) for verdict in verdicts],
    }


def _describe(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.question.id,
        "question": verdict.question.question,
        "answerable": verdict.question.answerable,
        "move": verdict.observation.move,
        "statuses": list(verdict.observation.statuses),
        "rank": verdict.rank,
        "exact_citation": verdict.exact_citation,
        "facts": verdict.facts,
        "refused": verdict.refused,
        "wrong_figures": list(verdict.wrong_figures),
        "seconds": round(verdict.observation.seconds, 3),
        "text": verdict.observation.text,
        "quotes": list(verdict.observation.quotes),
    }


def _show(verdicts: list[Verdict]) -> None:
    columns = {"all": summarise(verdicts)}
    columns |= {
        f"type {name}": part for name, part in summarise_by(verdicts, lambda q: q.type or "-").items()
    }
    columns |= {f"in {name}": part for name, part in summarise_by(verdicts, lambda q: q.lang).items()}
    table = Table("measure", *columns, box=None, pad_edge=False)
    for measure in columns["all"]:
        table.add_row(measure.replace("_", " "), *(_cell(part[measure]) for part in columns.values()))
    table_console(30 + 14 * len(columns)).print(table)


def _cell(value: float | int | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _show_misses(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        faults = faults_of(verdict)
        if faults:
            say(f"\n{verdict.question.id}  {verdict.question.question}\n    {'; '.join(faults)}")


def faults_of(verdict: Verdict) -> list[str]:
    """Return in words what is wrong with an answer; empty when nothing is."""
    checks = {
        f"not in the first 5 (rank {verdict.rank or 'none'})": verdict.rank is not None
        and not 0 < verdict.rank <= 5,
        "refused although answerable": verdict.question.answerable and verdict.refused,
        "answered although not answerable": not verdict.question.answerable and not verdict.refused,
        "no exact citation": verdict.exact_citation is False,
        f"facts stated: {verdict.facts}": verdict.facts is not None and verdict.facts < 1,
        f"wrong figures: {', '.join(verdict.wrong_figures)}": bool(verdict.wrong_figures),
        "failed": verdict.failed,
    }
    return [words for words, wrong in checks.items() if wrong]
