"""What a fuzzer's bytes are taken for, to get past checksums: pieces, each of which is sealed unless it is raw."""

from collections.abc import Iterator

RAW = 0xFF  # in the place of a kind: as it is, unsealed


def pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, content) for each ``kind u8, length u8, content``; what is missing at the end is left out."""
    at = 0
    while at + 2 <= len(data):
        kind, length = data[at], data[at + 1]
        yield kind, data[at + 2 : at + 2 + length]
        at += 2 + length


def joined(found: Iterator[tuple[int, bytes]] | list[tuple[int, bytes]]) -> bytes:
    """Undo ``pieces``; the seeds of the corpus are made so. Contents are cut after 255 bytes."""
    return b"".join(bytes((kind, min(len(content), 255))) + content[:255] for kind, content in found)
