"""A picture that says when it was made: CLOCK_MONOTONIC in milliseconds, a running number and a checksum, as black and white blocks.

The code stands twice, at the top and at the bottom, and is read from the luma at the blocks' centres, so it outlives compression and scaling. A picture in which one
of the two fails its checksum was damaged (a decoder that had no key frame); two good codes that differ were two pictures (torn).
"""
import binascii
import random
import struct
import time

WIDTH, HEIGHT = 640, 360
COLUMNS, CODE_ROWS = 16, 4
BLOCK_WIDTH, BLOCK_HEIGHT = WIDTH // COLUMNS, 32
BOTTOM = HEIGHT - CODE_ROWS * BLOCK_HEIGHT
FRAMES_PER_SECOND = 25

# How a decoder shrinks the picture before it hands it over, so that reading does not cost more than decoding: a block is 10 x 8 then.
SMALL_WIDTH, SMALL_HEIGHT = WIDTH // 4, HEIGHT // 4

_WHITE, _BLACK = b"\xeb" * BLOCK_WIDTH, b"\x10" * BLOCK_WIDTH
_CHROMA = b"\x80" * (WIDTH * HEIGHT // 2)
_MIDDLE_BYTES = (BOTTOM - CODE_ROWS * BLOCK_HEIGHT) * WIDTH


def _texture():
    """Coarse noise that scrolls: something to encode, so that key frames are larger than the rest."""
    source = random.Random(1)
    lines = []
    for _ in range(128):
        line = b"".join(bytes([source.randrange(60, 200)]) * 8 for _ in range(WIDTH // 8))
        lines.append(line * 4)
    return b"".join(lines)


_TEXTURE = _texture()

BLANK, DAMAGED, TORN, GOOD = "blank", "damaged", "torn", "good"


def now_ms():
    return time.monotonic_ns() / 1e6


def draw(number):
    """An I420 picture with the time of this moment."""
    payload = struct.pack(">IH", int(now_ms()) & 0xFFFFFFFF, number & 0xFFFF)
    bits = int.from_bytes(payload + struct.pack(">H", binascii.crc_hqx(payload, 0xFFFF)), "big")
    rows = []
    for row in range(CODE_ROWS):
        word = bits >> (COLUMNS * (CODE_ROWS - 1 - row))
        rows.append(b"".join(_WHITE if word >> (COLUMNS - 1 - column) & 1 else _BLACK for column in range(COLUMNS)) * BLOCK_HEIGHT)
    code = b"".join(rows)
    start = number * 2 * WIDTH % (len(_TEXTURE) - _MIDDLE_BYTES)
    return code + _TEXTURE[start : start + _MIDDLE_BYTES] + code + _CHROMA


def sample_lines(scale):
    """The lines to look at in a picture shrunk by this factor: three for each row of blocks, top code first."""
    return [(top + row * BLOCK_HEIGHT + quarter * BLOCK_HEIGHT // 4) // scale for top in (0, BOTTOM) for row in range(CODE_ROWS) for quarter in (1, 2, 3)]


def read(lines):
    """What a picture says; lines: for each of sample_lines the 16 values at the blocks' centres. Gives (state, milliseconds, number)."""
    levels = [sum(values) for i in range(0, len(lines), 3) for values in zip(*lines[i : i + 3])]
    if max(levels) < 3 * 60:
        return BLANK, 0, 0
    half = len(levels) // 2
    first, second = _code(levels[:half]), _code(levels[half:])
    if first is None or second is None:
        return DAMAGED, 0, 0
    if first != second:
        return TORN, 0, 0
    return GOOD, first[0], first[1]


def read_gray(picture, width, scale):
    """The same from the bytes of a gray picture."""
    step = BLOCK_WIDTH // scale
    return read([picture[y * width + step // 2 : y * width + step * COLUMNS : step] for y in sample_lines(scale)])


def _code(levels):
    bits = 0
    for level in levels:
        bits = bits << 1 | (level >= 3 * 128)
    text = bits.to_bytes(8, "big")
    milliseconds, number, checksum = struct.unpack(">IHH", text)
    return (milliseconds, number) if binascii.crc_hqx(text[:6], 0xFFFF) == checksum else None


def age_ms(at, milliseconds):
    """From the picture's time to that moment, over the wrap of its 32 bits."""
    return (at - milliseconds + 0x80000000) % 0x100000000 - 0x80000000
