"""The signal chain in assembler, for the RP2040 alone: in viper it takes three times as long, calls not counted.

What it does is said, and done on any other interpreter, by chain.py, intake.py, comb.py, lowpass.py and envelope.py,
whose equations stand beside the instructions. An array is a register that points to it, so ``[r2, 4]`` is its second
element.
"""

# ruff: noqa: F821  (the names are those of instructions and registers)

from buzzband_fw.core.portable import int32s, micropython


@micropython.asm_thumb
def _address(r0):
    """Return where an array lies, 0 for 0."""
    add(r0, 0)


def places(arrays):
    """Return where the arrays lie that ``stages`` works on. They have to be kept elsewhere."""
    return int32s([_address(each) for each in arrays])


@micropython.asm_thumb
def stages(r0, r1, r2, r3):
    """``chain.stages``: ring, position, length, places. A stage whose place is 0 is left out.

    One function, because a call costs as much as a stage.
    """
    mov(r12, r3)
    lsl(r2, r2, 2)
    ldr(r7, [r3, 0])  # block
    add(r2, r2, r7)
    mov(r14, r2)  # its end
    ldr(r3, [r3, 8])
    cmp(r3, 0)
    beq(COMB)
    b(INTAKE_NEXT)

    label(INTAKE)  # r0: ring, r1: position, r3: state, r7: in block
    ldr(r4, [r3, 32])  # mask
    and_(r1, r4)
    lsl(r5, r1, 1)
    add(r5, r5, r0)
    add(r1, 4)
    mov(r6, 2)
    and_(r4, r6)  # from the first sample to the second, in bytes
    add(r4, r4, r5)
    ldrh(r6, [r5, 0])
    ldrh(r5, [r5, 4])
    add(r6, r6, r5)
    ldrh(r5, [r4, 0])
    add(r6, r6, r5)
    ldrh(r5, [r4, 4])
    add(r6, r6, r5)
    sub(r6, 163)  # RAIL_LOW
    mov(r4, 62)
    lsl(r4, r4, 8)
    add(r4, 182)  # RAIL_HIGH - RAIL_LOW
    cmp(r6, r4)
    bls(OFF_RAILS)
    ldr(r5, [r3, 36])
    add(r5, 1)
    str(r5, [r3, 36])  # railed
    label(OFF_RAILS)
    lsr(r4, r4, 1)
    sub(r6, r6, r4)
    sub(r6, 2)  # x, centred: 163 + 8027 + 2
    ldr(r5, [r3, 12])
    str(r6, [r3, 12])
    sub(r6, r6, r5)  # d
    ldr(r5, [r3, 16])
    str(r6, [r3, 16])
    sub(r6, r6, r5)
    ldr(r5, [r3, 0])
    mul(r6, r5)  # b0 (d[n] - d[n-1])
    ldr(r4, [r3, 20])  # y[n-1]
    ldr(r5, [r3, 4])
    mul(r5, r4)
    sub(r6, r6, r5)  # - a1 y[n-1]
    ldr(r5, [r3, 24])  # y[n-2]
    str(r4, [r3, 24])
    ldr(r4, [r3, 8])
    mul(r5, r4)
    sub(r6, r6, r5)  # - a2 y[n-2]
    ldr(r5, [r3, 28])
    add(r6, r6, r5)  # + e[n-1]
    asr(r5, r6, 13)
    str(r5, [r3, 20])
    str(r5, [r7, 0])
    add(r7, 4)
    lsl(r6, r6, 19)
    lsr(r6, r6, 19)
    str(r6, [r3, 28])  # what the shift cut off
    label(INTAKE_NEXT)
    cmp(r7, r2)
    bne(INTAKE)

    label(COMB)
    mov(r3, r12)
    ldr(r0, [r3, 0])  # block
    ldr(r2, [r3, 12])
    cmp(r2, 0)
    beq(LOWPASS)
    ldr(r1, [r2, 0])
    lsl(r1, r1, 2)  # a period, in bytes
    ldr(r3, [r2, 4])
    lsl(r3, r3, 2)
    add(r3, r3, r2)  # cursor
    b(COMB_NEXT)

    label(COMB_SAMPLE)  # r0: in block, r1: period, r2: state, r3: cursor
    ldr(r4, [r0, 0])
    lsl(r4, r4, 3)  # x
    add(r5, r3, r1)
    ldr(r6, [r5, 0])
    asr(r7, r6, 2)
    sub(r6, r6, r7)  # (1 - 2^-2) y[n-N]
    ldr(r7, [r3, 0])
    sub(r6, r6, r7)  # - x[n-N]
    add(r6, r6, r4)  # + x
    str(r4, [r3, 0])
    str(r6, [r5, 0])
    asr(r5, r6, 3)
    str(r5, [r0, 0])
    add(r0, 4)
    sub(r4, r4, r6)
    asr(r5, r4, 31)
    eor(r4, r5)
    sub(r4, r4, r5)
    ldr(r5, [r2, 8])
    add(r5, r5, r4)
    str(r5, [r2, 8])  # removed: |x - y|
    asr(r5, r6, 31)
    eor(r6, r5)
    sub(r6, r6, r5)
    ldr(r5, [r2, 12])
    add(r5, r5, r6)
    str(r5, [r2, 12])  # kept: |y|
    add(r3, 4)
    sub(r5, r3, r2)
    sub(r5, 16)
    cmp(r5, r1)
    bne(COMB_NEXT)
    sub(r3, r3, r1)
    label(COMB_NEXT)
    mov(r4, r14)
    cmp(r0, r4)
    bne(COMB_SAMPLE)
    sub(r3, r3, r2)
    lsr(r3, r3, 2)
    str(r3, [r2, 4])

    label(LOWPASS)
    mov(r3, r12)
    ldr(r0, [r3, 0])  # block
    mov(r1, r14)
    ldr(r2, [r3, 16])
    cmp(r2, 0)
    bne(LOWPASS_NEXT)
    b(SMOOTH)

    label(LOWPASS_SAMPLE)  # r0: in block, r1: its end, r2: state
    ldr(r3, [r0, 0])  # x
    ldr(r4, [r2, 24])
    str(r3, [r2, 24])
    add(r3, r3, r4)  # s
    ldr(r4, [r2, 28])
    str(r3, [r2, 28])
    add(r3, r3, r4)
    ldr(r4, [r2, 0])
    mul(r3, r4)  # b0 (s[n] + s[n-1])
    ldr(r4, [r2, 32])  # y[n-1]
    ldr(r5, [r2, 4])
    mul(r5, r4)
    sub(r3, r3, r5)  # - a1 y[n-1]
    ldr(r5, [r2, 36])  # y[n-2]
    str(r4, [r2, 36])
    ldr(r6, [r2, 8])
    mul(r6, r5)
    sub(r3, r3, r6)  # - a2 y[n-2]
    ldr(r5, [r2, 40])
    add(r3, r3, r5)  # + e[n-1]
    asr(r5, r3, 13)
    str(r5, [r2, 32])  # y
    lsl(r3, r3, 19)
    lsr(r3, r3, 19)
    str(r3, [r2, 40])
    add(r3, r5, r4)  # the same from y to z
    ldr(r4, [r2, 44])
    str(r3, [r2, 44])
    add(r3, r3, r4)
    ldr(r4, [r2, 12])
    mul(r3, r4)
    ldr(r4, [r2, 48])
    ldr(r5, [r2, 16])
    mul(r5, r4)
    sub(r3, r3, r5)
    ldr(r5, [r2, 52])
    str(r4, [r2, 52])
    ldr(r6, [r2, 20])
    mul(r6, r5)
    sub(r3, r3, r6)
    ldr(r5, [r2, 56])
    add(r3, r3, r5)
    asr(r5, r3, 13)
    str(r5, [r2, 48])  # z
    lsl(r3, r3, 19)
    lsr(r3, r3, 19)
    str(r3, [r2, 56])
    asr(r3, r5, 31)
    mov(r4, r5)
    eor(r4, r3)
    sub(r4, r4, r3)
    str(r4, [r0, 0])  # |z|
    add(r0, 4)
    ldr(r6, [r2, 68])
    asr(r7, r6, 6)
    sub(r6, r6, r7)
    add(r6, r6, r4)
    str(r6, [r2, 68])  # level
    ldr(r3, [r2, 64])  # sign
    mul(r5, r3)
    asr(r6, r6, 8)
    add(r5, r5, r6)
    bpl(LOWPASS_NEXT)
    neg(r3, r3)
    str(r3, [r2, 64])
    ldr(r3, [r2, 60])
    add(r3, 1)
    str(r3, [r2, 60])  # crossings
    label(LOWPASS_NEXT)
    cmp(r0, r1)
    bne(LOWPASS_SAMPLE)

    label(SMOOTH)
    mov(r7, 0)
    mov(r3, r12)
    ldr(r0, [r3, 0])  # block
    mov(r1, r14)
    ldr(r2, [r3, 20])
    cmp(r2, 0)
    beq(END)
    ldr(r3, [r3, 4])  # envelope
    ldr(r4, [r2, 0])  # fast
    ldr(r5, [r2, 4])  # slow
    asr(r7, r5, 6)
    b(SMOOTH_NEXT)

    label(SMOOTH_SAMPLE)  # r0: in block, r1: its end, r2: state, r3: in envelope
    asr(r6, r4, 5)
    sub(r4, r4, r6)
    ldr(r6, [r0, 0])
    add(r0, 4)
    lsl(r6, r6, 4)
    add(r4, r4, r6)  # fast: + x - fast / 2^5
    asr(r6, r4, 5)
    add(r5, r5, r6)
    sub(r5, r5, r7)  # slow: + fast / 2^5 - slow / 2^6
    asr(r7, r5, 6)
    str(r7, [r3, 0])
    add(r3, 4)
    label(SMOOTH_NEXT)
    cmp(r0, r1)
    bne(SMOOTH_SAMPLE)
    str(r4, [r2, 0])
    str(r5, [r2, 4])
    label(END)
    mov(r0, r7)


def intake(ring, position, block, length, state):
    """The first of the stages alone: for the golden vectors."""
    stages(ring, position, length, places((block, 0, state, 0, 0, 0)))


def comb(block, length, state):
    """The second one alone."""
    stages(0, 0, length, places((block, 0, 0, state, 0, 0)))


def lowpass(block, length, state):
    """The third one alone."""
    stages(0, 0, length, places((block, 0, 0, 0, state, 0)))


def smooth(block, length, state, envelope):
    """The last one alone."""
    return stages(0, 0, length, places((block, envelope, 0, 0, 0, state)))
