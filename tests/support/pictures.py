"""Valid pictures for tests, made like those of pictures.h."""

import random
import struct

# A JPEG after its first two bytes: a table, one grey pixel, its end.
_JPEG_END = (b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
             + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
             + b"\xff\xc4\x00\x14\x00\x01" + b"\x00" * 16
             + b"\xff\xc4\x00\x14\x10\x01" + b"\x00" * 16
             + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x3f\xff\xd9")
_REMARK = 60000


def make_jpeg(size, seed):
    """A valid JPEG of one grey pixel and about `size` bytes; each seed gives another picture."""
    noise = random.Random(seed).randbytes(max(size - len(_JPEG_END) - 6, 8))
    remarks = b"".join(b"\xff\xfe" + struct.pack(">H", len(part) + 2) + part
                       for part in (noise[at:at + _REMARK] for at in range(0, len(noise), _REMARK)))
    return b"\xff\xd8" + remarks + _JPEG_END


def make_jpeg_sized(width, height):
    """A grey JPEG of so many pixels; the file is small, because all pixels are equal."""
    tables = _JPEG_END[:-3].replace(struct.pack(">HH", 1, 1), struct.pack(">HH", height, width), 1)
    blocks = -(-width // 8) * -(-height // 8)
    return b"\xff\xd8" + tables + b"\x00" * (2 * blocks // 8 + 1) + b"\xff\xd9"
