"""Refuse a collection whose vectors or terms this program and model would misread, naming each difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.analysis import ANALYSER_VERSION
from index.chunking.passages import CHUNKER_VERSION
from index.errors import ModelError, StoreIncompatible
from index.models.encoder import SHIPPED_NAME
from index.store.blobs import is_vector, vector_blob, vectors_of
from index.store.choosing import located
from index.store.database import FORMAT, Store
from index.store.leftovers import being_written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from index.models.encoder import Encoder
    from index.store.home import Home

    Load = Callable[[str | None], Encoder]

# one sentence in each of eight scripts: if a model of the same name encodes any of them differently (another
# tokenizer, another library version), its vectors must not be mixed with the stored ones
CANARIES = (
    "The council met on Tuesday to discuss the water supply of the old town.",
    "اجتمع المجلس يوم الثلاثاء لبحث إمدادات المياه في البلدة القديمة.",
    "Совет собрался во вторник, чтобы обсудить водоснабжение старого города.",
    "परिषद ने मंगलवार को पुराने शहर की जल आपूर्ति पर चर्चा की।",
    "市议会星期二开会讨论老城的供水问题。",
    "Το συμβούλιο συνεδρίασε την Τρίτη για την ύδρευση της παλιάς πόλης.",
    "המועצה התכנסה ביום שלישי כדי לדון באספקת המים לעיר העתיקה.",
    "สภาประชุมเมื่อวันอังคารเพื่อหารือเรื่องน้ำประปาของเมืองเก่า",
)
SMALLEST_COSINE = 0.999
FINGERPRINT = "model fingerprint"


def settings_of(encoder: Encoder) -> dict[str, str]:
    """Return the settings of a collection that is created now with this model."""
    return {
        "format": str(FORMAT),
        "analyser": str(ANALYSER_VERSION),
        "chunker": str(CHUNKER_VERSION),
        "model": encoder.name,
        FINGERPRINT: encoder.fingerprint,
        "dimension": str(encoder.dimension),
    }


def start(home: Home, model: str | None, load: Load) -> None:
    """Create an empty database if the home has none, or has one with other settings and no article.

    Args:
        home: with a pointer or without; see `located`.
        model: what a person named; None: that of the collection, or the shipped model for a new one.
        load: returns a model by its name.
    """
    path = located(home)
    if path is None:
        encoder = load(model)
        with home.lock():
            if home.current() is None:
                _make(home, encoder, None)
    elif _looks_empty(path):
        encoder = encoder_of(path, model, load)
        with home.lock():
            if home.current() == path:
                _replace_if_empty(home, path, encoder)


def _make(home: Home, encoder: Encoder, replaced: Path | None) -> None:
    with being_written(home) as fresh:
        create(fresh, encoder)
        home.put_in_place(fresh, replaced)


def create(path: Path, encoder: Encoder) -> None:
    """Create an empty database that is not in use yet."""
    store = Store(path, create=True)
    vectors = encoder.encode_passages(CANARIES)
    with store.writing() as writer:
        canaries = {text: vector_blob(v) for text, v in zip(CANARIES, vectors, strict=True)}
        writer.set(settings_of(encoder), canaries)
    store.close_whole()


def _looks_empty(path: Path) -> bool:
    store = Store(path)
    try:
        with store.reading() as reader:
            return reader.settings().get("format") == str(FORMAT) and reader.is_empty
    finally:
        store.close()


def _replace_if_empty(home: Home, path: Path, encoder: Encoder) -> None:
    """Replace an empty database that has other settings. The write lock keeps other processes from adding to it."""
    store = Store(path)
    try:
        with store.writing() as frozen:
            made = frozen.settings()
            foreign = made.get("format") == str(FORMAT) and bool(_differences(made, encoder))
            if foreign and frozen.is_empty and not frozen.problems():
                _make(home, encoder, path)
    finally:
        store.close()
    home.discard_replaced()


def encoder_of(path: Path, model: str | None, load: Load, held: Encoder | None = None) -> Encoder:
    """Return the model that a database is to be read with.

    Args:
        path: of the database.
        model: what a person named; None: the one that the database was made with.
        load: returns a model by its name.
        held: a model that is loaded already; returned if it is the database's.

    Raises:
        StoreIncompatible: a newer version of this program made the database.
        ModelError: the model cannot be loaded.
    """
    made = made_with(path)
    refuse_newer(made, path.parent)
    if held and not model and held.fingerprint == made.get(FINGERPRINT):
        return held
    try:
        return load(model or made.get("model"))
    except ModelError as error:
        if model:
            raise
        reason = str(error).partition("; ")[0]  # the remedy is another one here
        raise ModelError(
            f"the collection in {path.parent} was made with a model that cannot be opened now ({reason}): put it back, "
            f"or give the collection another: `sanad rebuild --home {path.parent} --model {SHIPPED_NAME}`"
        ) from error


def made_with(path: Path) -> dict[str, str]:
    """Return the settings that a database was created with."""
    store = Store(path)
    try:
        with store.reading() as reader:
            return reader.settings()
    finally:
        store.close()


def _differences(made: dict[str, str], encoder: Encoder) -> list[str]:
    ours = settings_of(encoder)
    # the same files under another name or path are the same model
    names = [name for name in ours if name != "model"]
    differing = [name for name in names if made.get(name) != ours[name]]
    if FINGERPRINT in differing and made.get("model") != ours["model"]:
        differing = [
            "model",
            *(n for n in differing if n not in {FINGERPRINT, "dimension"}),
        ]
    return [f"{name} {made.get(name, 'unknown')} (now {ours[name]})" for name in differing]


def check_settings(store: Store, encoder: Encoder, home: Path) -> None:
    """Refuse a collection that this program and model would misread.

    Raises:
        StoreIncompatible: naming each difference and the command that fixes it.
    """
    with store.reading() as reader:
        made = reader.settings()
    refuse_newer(made, home)
    differing = _differences(made, encoder)
    if not differing:
        return
    remedy = f"run `sanad rebuild --home {home}`"
    if made.get("model") != encoder.name:
        remedy = f"open it without --model, or run `sanad rebuild --home {home} --model {encoder.name}`"
    raise StoreIncompatible(f"the collection in {home} was made with {', '.join(differing)}; {remedy}")


def refuse_newer(made: Mapping[str, str], home: Path) -> None:
    """Refuse a collection of a newer version of this program: a rebuild by this one could lose what that one added.

    Raises:
        StoreIncompatible: naming both formats and what to do.
    """
    number = made.get("format", "")
    if number.isdecimal() and int(number) > FORMAT:
        raise StoreIncompatible(
            f"the collection in {home} was made by a newer Sanad: format {number} (now {FORMAT}); update Sanad, or "
            "restore a backup that this version made"
        )


def check_canaries(store: Store, encoder: Encoder) -> None:
    """Refuse a model whose vectors differ from those it gave when the collection was made.

    Raises:
        StoreIncompatible: naming the model, the cosine found, and the command that fixes it.
        StoreDamaged: the stored vectors cannot be read.
    """
    with store.reading() as reader:
        canaries = reader.canaries()
        if not all(_is_finite(stored, encoder.dimension) for stored in canaries.values()):
            raise reader.damaged("the vectors of the canary sentences cannot be read")
    texts = list(canaries)
    stored = vectors_of([*canaries.values()], encoder.dimension)
    now = encoder.encode_passages(texts)
    for text, was, here in zip(texts, stored, now, strict=True):
        if not was.any() and not here.any():
            continue  # a model may know no token of a script
        cosine = float(was @ here)
        if not cosine >= SMALLEST_COSINE:
            raise StoreIncompatible(
                f"the model {encoder.name} now reads {text[:24]!r}… otherwise than when the collection "
                f"was made (cosine {cosine:.3f}); run `sanad rebuild`"
            )


def _is_finite(stored: object, dimension: int) -> bool:
    """Return whether a value of the database is a vector of finite numbers."""
    return is_vector(stored, dimension) and bool(np.isfinite(vectors_of([stored], dimension)).all())
