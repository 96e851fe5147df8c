"""Sessions in the formats that other programs open: EDF+, BIDS, CSV. What a file says is told in docs/export.md."""
