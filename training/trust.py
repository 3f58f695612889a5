"""Measures the shipped model on the parallel sentences: `python -m training.trust`.

Writes index/bundled/calibration.npz, which spares the first questions of every process the encoding of the sentences.
To be run whenever the shipped model or index/bundled/parallel.tsv changes. Prints how far the model is trusted with
passages in the question's own language and, on the mean, in others.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from index.models import open_encoder
from index.models.calibration import SHIPPED, Calibration, parallel, save

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write."""
    argparse.ArgumentParser(prog="python -m training.trust", description=__doc__).parse_args(arguments)
    encoder = open_encoder(None)
    save(encoder, SHIPPED)
    calibration = Calibration(encoder)
    for question in sorted(parallel()):
        others = [calibration.trust(question, passage) for passage in parallel() if passage != question]
        print(f"{question:4}{calibration.trust(question, question):6.2f}{sum(others) / len(others):6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
