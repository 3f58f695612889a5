"""Open the shipped models in ONNX Runtime, with one thread per run and telemetry off."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from onnxruntime import InferenceSession


def session(graph: Path | bytes, weights: Path | None = None) -> InferenceSession:
    """Open a model.

    Args:
        graph: its file, or the content of its file.
        weights: the folder of the files that hold its larger weights; None: that of the graph.
    """
    # The official builds send usage reports over the network, unless this is set before they are loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1  # several texts are computed at once, each by one thread
    options.log_severity_level = 3
    if weights:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])
