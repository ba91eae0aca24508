"""Runs the language understanding of a trained model without a conversation around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner

from bot.engine import ServingStorage


def intents(model: Path, texts: Sequence[str]) -> list[str]:
    """The intent of each text."""
    return [str(parsed["intent"]["name"]) for parsed in parse(model, texts)]


def parse(model: Path, texts: Sequence[str]) -> list[dict[str, Any]]:
    """What Rasa makes of each text: `intent`, `entities` and the rest of a parse."""
    with TemporaryDirectory() as folder:
        metadata, runner = load_predict_graph_runner(Path(folder), model, ServingStorage, DaskGraphRunner)
        messages = [UserMessage(text) for text in texts]
        made = runner.run(inputs={PLACEHOLDER_MESSAGE: messages}, targets=[metadata.nlu_target])
    return [message.as_dict(only_output_properties=True) for message in made[metadata.nlu_target]]
