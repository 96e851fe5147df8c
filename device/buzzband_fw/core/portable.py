"""The only file of the core that knows which interpreter runs it.

MicroPython's compiler finds ``@micropython.viper``, ``ptr8``, ``ptr16``, ``ptr32`` and ``const`` by their spelling and
needs nothing from here but names that exist. CPython gets stand-ins that do nothing: a kernel is then an ordinary
function over sequences of integers, which never wrap.
"""

import sys

ptr8 = ptr16 = ptr32 = None

if sys.implementation.name == "micropython":
    import micropython
    from array import array
    from micropython import const

    def int32s(values):
        """Return ``values`` as an array of 32-bit integers: state and sample blocks live in these."""
        return array("i", values)

    def zeros16(count):
        """Return ``count`` zeros as an array of unsigned 16-bit integers, without a list of them on the way."""
        return array("H", bytes(2 * count))

    def uint16s(values):
        """Return ``values`` as an array of unsigned 16-bit integers: raw samples live in these."""
        return array("H", values)

else:

    def zeros16(count):
        """Return ``count`` zeros."""
        return [0] * count

    int32s = uint16s = list  # indexed twice as fast as an array; tests check that nothing leaves its 32 bits

    def const(value):
        """MicroPython folds this at compile time."""
        return value

    class micropython:  # noqa: N801  (stands where MicroPython's module of that name stands)
        """What the core uses of MicroPython's module."""

        @staticmethod
        def viper(kernel):
            """Mark ``kernel`` as native code; the mark lets tests find every kernel and check its arithmetic."""
            kernel.is_kernel = True
            return kernel

        @staticmethod
        def native(function):
            """Do nothing: on MicroPython the function becomes machine code that works on objects."""
            return function
