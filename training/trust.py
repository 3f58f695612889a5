"""Measures what the cosines of the shipped encoder mean: `python -m training.trust`, after each `training.encoder`."""

from __future__ import annotations

from index.calibration import SHIPPED, save
from index.embedding import open_encoder

if __name__ == "__main__":
    save(open_encoder(None), SHIPPED)
    print(f"written to {SHIPPED}")
