"""LanceDB so that its dense half finds what is nearest: RaBitQ codes, lists enough, the best compared exactly."""

from __future__ import annotations

from functools import partial

from with_lancedb import LanceDB

make = partial(LanceDB, index_type="IVF_RQ", tuning={"nprobes": 100, "refine_factor": 2})
