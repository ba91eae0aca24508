"""Spares Rasa's start what serving our model does not need.

`meet_skops_early`: while it is imported, the format of Rasa's classifiers (skops) looks for the home of
some 700 functions in every module loaded so far. Before Rasa is imported these are few (0.7 s),
afterwards thousands (8 s and more).

`leave_out_tensorflow`: Rasa imports TensorFlow merely to derive two training classes from it. Serving a model of linear
classifiers and rules never touches them, yet the import is more than half of the start-up time and
of the memory. So the model's own list of components decides: if none of them computes with
TensorFlow, a placeholder with just those two base classes takes its name before Rasa is imported.
"""

from __future__ import annotations

import json
import sys
import tarfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

COMPUTE_WITH_TENSORFLOW = frozenset(
    {
        "rasa.nlu.classifiers.diet_classifier",
        "rasa.nlu.selectors.response_selector",
        "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
        "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
        "rasa.core.policies.ted_policy",
        "rasa.core.policies.unexpected_intent_policy",
    }
)


def meet_skops_early() -> None:
    """Imports skops while few modules are loaded; call it before the first import of Rasa."""
    import_module("skops.io")


def leave_out_tensorflow(model: Path) -> bool:
    """Puts the placeholder in place if `model` allows it; says whether it did.

    Must run before the first import of Rasa. Components from outside Rasa count as needing the
    real thing, for nobody knows what they import.
    """
    if "tensorflow" in sys.modules or needs_tensorflow(model):
        return False
    for module in _placeholder():
        sys.modules[module.__name__] = module
    return True


def needs_tensorflow(model: Path) -> bool:
    """Whether any component of the model archive computes with TensorFlow (or is not Rasa's)."""
    return any(
        module in COMPUTE_WITH_TENSORFLOW or not module.startswith("rasa.") for module in _modules(model)
    )


def _modules(model: Path) -> list[str]:
    with tarfile.open(model) as archive:
        member = archive.extractfile("metadata.json")
        if member is None:
            raise ValueError(f"{model} holds no metadata.json: it is not a trained model")
        metadata = json.load(member)
    nodes = metadata["predict_schema"]["nodes"]
    return [str(node["uses"]).rpartition(".")[0] for node in nodes.values()]


def _placeholder() -> list[ModuleType]:
    names = ("tensorflow", "tensorflow.keras", "tensorflow.keras.callbacks", "tensorflow.keras.utils")
    whole, keras, callbacks, utils = (_package(name) for name in names)
    whole.keras, keras.callbacks, keras.utils = keras, callbacks, utils  # type: ignore[attr-defined]
    callbacks.Callback = type("Callback", (), {})  # type: ignore[attr-defined]
    utils.Sequence = type("Sequence", (), {})  # type: ignore[attr-defined]
    return [whole, keras, callbacks, utils]


def _package(name: str) -> ModuleType:
    module = ModuleType(name, "Placeholder: no component of the loaded model uses TensorFlow.")
    module.__path__ = []
    return module
