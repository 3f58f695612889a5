"""How it stands with a watched folder, as every surface tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from index import Added

EVENTS, POLLING = "events", "polling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How it stands with a watched folder.

    Attributes:
        name: tells it from the others, without saying where it is.
        folder: absolute, links resolved.
        since: when watching began; UTC, ISO 8601.
        synced: when the collection was last brought in step with it; None: not yet.
        by: how changes are noticed: `events` of the system, or `polling` where it tells of none.
        trouble: None, or why it could not be brought in step: `folder`, it is not there or cannot be listed; `store`,
            the collection cannot be written; `other`.
        detail: what exactly, for who keeps the collection.
        unlisted: folders in it that cannot be listed; what was read from files in them is kept.
        skipped: files that were not taken, each with the reason.
        withheld: how many articles were removed by a person, and stay away from what their files hold.
        missing: how many articles wait for a person's decision because their files are gone.
    """

    name: str
    folder: Path
    since: str
    synced: str | None = None
    by: str = EVENTS
    trouble: str | None = None
    detail: str = ""
    unlisted: tuple[Added, ...] = ()
    skipped: tuple[Added, ...] = ()
    withheld: int = 0
    missing: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing calls for a person; files that were not taken do not."""
        return not self.trouble and not self.unlisted and not self.missing and self.by == EVENTS
