"""Define the state of a watched folder, as every surface reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from index import Added

EVENTS, POLLING = "events", "polling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The state of a watched folder.

    Attributes:
        name: distinguishes it from the others without revealing its path.
        folder: absolute, links resolved.
        since: when watching began; UTC, ISO 8601.
        synced: when the collection was last synchronised with it; None: not yet.
        by: how changes are noticed: `events` of the system, or `polling` where the system sends none.
        trouble: None, or why it could not be synchronised: `folder`, it is not there or cannot be listed; `store`,
            the collection cannot be written; `other`.
        detail: the trouble in detail, for the operator.
        unlisted: folders in it that cannot be listed; what was read from files in them is kept.
        skipped: files that were not added, each with the reason.
        withheld: how many articles a person removed, which are not added from their files again.
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
        """Whether nothing needs a person's attention; skipped files do not."""
        return not self.trouble and not self.unlisted and not self.missing and self.by == EVENTS
