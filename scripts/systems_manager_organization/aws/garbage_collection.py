"""Python's garbage collection, paused while a script starts: nearly all that imports and new clients create is kept.

It would look through that again and again, which takes a quarter of the start's processor time.
"""

from __future__ import annotations

import gc


def pause_garbage_collection() -> None:
    """Until `resume_garbage_collection`, or the end of a script with few calls."""
    gc.disable()


def resume_garbage_collection() -> None:
    """Without what was created meanwhile; nothing where it was not paused."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
