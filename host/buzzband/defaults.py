"""What options offer: numbers and names that help shows, and that a wrong option is compared with.

They stand apart from what uses them, because help and a wrong option are not to wait for numpy.
"""

ENGINES = ("cpython", "micropython", "pico")
APP_ENGINES = ("cpython", "pico")
"""Engines that the demo runs on."""
TESTED = (*ENGINES, "numba")
"""What the golden vectors run on: the engines, and the machine code that may stand in for the first of them."""
BACKENDS = ("mpremote", "ampy")
"""Ways to MicroPython's prompt."""

EXPORTS = ("edf", "bids", "csv", "json")
"""What sessions can be written as."""
PLAN_PAIRS_MAX = 10  # one bit of the band's setting for each set
"""Pairs of sets in a plan of silent ones."""
TRENDS_PAGE = "trends.html"
WEEKS = 12
"""How many weeks trends are of."""

LINK_PATIENCE_S = 1.0  # for one answer of a band
UPDATE_PATIENCE_S = 5.0  # for one thing that an update asks for
BOARD_PATIENCE_S = 15.0  # for one thing that a board is to do

ERASE_MS = 45.0  # W25Q16JV, typical; 400 at the most
SUPPLY_MV = 3700
