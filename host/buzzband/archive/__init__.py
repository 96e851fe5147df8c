"""The archive: what bands have recorded, as files that never change, and an index that can be made anew from them.

The layout is a contract: docs/sync.md.
"""

from buzzband.archive.archive import Archive

__all__ = ["Archive"]
