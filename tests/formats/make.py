"""Makes the golden home of the present store format: `python -m tests.formats.make`, once for each format."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

from index import Article, Collection
from index.store.database import FORMAT

HERE = Path(__file__).parent
ARTICLES = (
    Article(
        id="harbour", title="The harbour", source="gazette", published="2024-03-05", language="en",
        text="The harbour authority closed the old bridge on Friday. Engineers found cracks in two pillars.",
    ),
    Article(
        id="مستشفى", title="مستشفى جديد", source="الصحيفة", published="2024-04-01", language="ar",
        text="أعلنت وزارة الصحة افتتاح مستشفى جديد في المدينة. وقال الوزير إن المستشفى يضم مئتي سرير.",
    ),
)  # fmt: skip


def main(target: Path) -> None:
    """Write a home with one database, packed, and its pointer; what is derived is left out."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with Collection(home) as collection:
            collection.add(ARTICLES)
            collection.settle()
        database = sqlite3.connect(home / "collection-1.sqlite")
        database.execute("VACUUM INTO ?", (str(Path(folder) / "saved"),))
        database.close()
        target.mkdir()
        shutil.copy(Path(folder) / "saved", target / "collection-1.sqlite")
        shutil.copy(home / "current", target / "current")
        shutil.copy(home / "collection-1.sqlite-acknowledged", target)


if __name__ == "__main__":
    main(HERE / f"format-{FORMAT}")
