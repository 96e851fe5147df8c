"""Kernels in assembler, for the RP2040 alone: what every byte that is kept or sent goes through.

In viper they take three times as long. The same in Python: crc.py and link/cobs.py, which say what they do.
"""

# ruff: noqa: F821  (the names are those of instructions and registers)

from buzzband_fw.core.portable import micropython


@micropython.asm_thumb
def crc_32(r0, r1, r2):
    """``crc._run``: span, state, buffer."""
    lsl(r3, r0, 16)
    lsr(r3, r3, 16)
    add(r3, r3, r2)  # the end
    lsr(r0, r0, 16)
    add(r2, r2, r0)
    ldr(r0, [r1, 64])  # state[16]
    mov(r5, 60)
    b(NEXT)
    label(BYTE)
    ldrb(r4, [r2, 0])
    add(r2, 1)
    eor(r0, r4)
    lsl(r4, r0, 2)
    and_(r4, r5)
    add(r4, r4, r1)
    ldr(r4, [r4, 0])
    lsr(r0, r0, 4)
    eor(r0, r4)
    lsl(r4, r0, 2)
    and_(r4, r5)
    add(r4, r4, r1)
    ldr(r4, [r4, 0])
    lsr(r0, r0, 4)
    eor(r0, r4)
    label(NEXT)
    cmp(r2, r3)
    bne(BYTE)
    str(r0, [r1, 68])  # state[17]
    mov(r0, 0)  # what is returned: more might be a big integer


@micropython.asm_thumb
def stuff(r0, r1, r2):
    """``link.cobs.stuff``: length, target, source."""
    add(r3, r2, r0)  # the end
    mov(r6, r1)  # where the code goes
    b(NEXT)
    label(BYTE)
    ldrb(r4, [r2, 0])
    add(r2, 1)
    add(r1, 1)
    strb(r4, [r1, 0])
    cmp(r4, 0)
    bne(NEXT)
    sub(r5, r1, r6)
    strb(r5, [r6, 0])
    mov(r6, r1)
    label(NEXT)
    cmp(r2, r3)
    bne(BYTE)
    add(r1, 1)
    sub(r5, r1, r6)
    strb(r5, [r6, 0])
    mov(r4, 0)
    strb(r4, [r1, 0])
    add(r0, 2)
