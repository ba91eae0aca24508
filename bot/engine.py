"""Rasa's message processor with the model, the memory and the action server it works with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import ACTION_LISTEN_NAME, DEFAULT_INTENTS, USER_INTENT_OUT_OF_SCOPE
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_json_file
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name
from rasa.utils.endpoints import EndpointConfig

from bot.action_calls import check_results_once
from bot.replies import CHANNEL, Collector, Reply
from bot.understanding import Understood, read_payload, understand_text


class ServingStorage(LocalModelStorage):
    """Reads a model for serving: without the components that only train it.

    Rasa resolves the training graph, too, when it loads a model, and with it imports every
    classifier it ships.
    """

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        metadata = read_json_file(directory / MODEL_ARCHIVE_METADATA_FILE)
        return ModelMetadata.from_dict({**metadata, "train_schema": {"nodes": {}}})


class ServingProcessor(MessageProcessor):
    """Rasa's processor, loading its model through `ServingStorage`."""

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as directory:
            metadata, runner = load_predict_graph_runner(
                Path(directory), Path(model_path), ServingStorage, DaskGraphRunner
            )
        return Path(model_path).name, metadata, runner


class Engine:
    """Understands a message, runs its turn, and returns what was said.

    Turns of one conversation follow each other; those of different ones interleave.
    """

    def __init__(self, model: Path, store: TrackerStore, actions: EndpointConfig | None) -> None:
        """Loads `model`; raises whatever is wrong with it."""
        self._processor = ServingProcessor(
            model_path=model,
            tracker_store=store,
            lock_store=InMemoryLockStore(),
            generator=TemplatedNaturalLanguageGenerator({}),
            action_endpoint=actions,
            on_circuit_break=_listen_again,
        )
        check_results_once()
        store.domain = self._processor.domain
        self._processor.nlg = TemplatedNaturalLanguageGenerator(self._processor.domain.responses)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def processor(self) -> MessageProcessor:
        """Rasa's own processor (for tests and benchmarks)."""
        return self._processor

    @property
    def moves(self) -> frozenset[str]:
        """Every intent the domain declares, without those Rasa adds for itself."""
        added = set(DEFAULT_INTENTS) - {USER_INTENT_OUT_OF_SCOPE}
        return frozenset(self._processor.domain.intents) - added

    async def understand(self, text: str, payload: str | None = None) -> Understood:
        """The move of a message; raises `PayloadRefused` for a payload that names none."""
        if payload is not None:
            return read_payload(payload, text, self.moves)
        return await understand_text(text, self._parse)

    async def turn(self, conversation: str, text: str, meaning: Understood, language: str) -> list[Reply]:
        """Runs one turn to its end and returns its replies, which may be none."""
        collector = Collector(meaning.move, language)
        message = UserMessage(
            text or meaning.parse_data["text"],
            collector,
            conversation,
            parse_data=meaning.parse_data,
            input_channel=CHANNEL,
            metadata={"language": language, "pressed": meaning.pressed},
        )
        async with self._lane(conversation):
            await self._processor.handle_message(message)
        return collector.replies

    def _lane(self, conversation: str) -> asyncio.Lock:
        lane = self._turns.get(conversation)
        if lane is None:
            lane = self._turns[conversation] = asyncio.Lock()
        return lane

    async def _parse(self, text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = await self._processor.parse_message(UserMessage(text))
        return parsed


def _listen_again(tracker: DialogueStateTracker, *_: Any) -> None:
    """Ends a turn that went round in circles.

    Rasa would leave it open, count its actions again at the next message, and never speak again.
    """
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
