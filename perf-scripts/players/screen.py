"""A screen without a monitor (Xvfb), read where the X server keeps it: its frame buffer is a file (-fbdir), so that looking costs the players nothing."""
import mmap
import os
import struct
import subprocess
import tempfile
import time

import children
import clockpicture

_INTERVAL = 0.01


class Screen:
    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="players-screen-")
        read, write = os.pipe()
        # The server chooses its display number. -br: black where no player draws.
        self._server = children.start(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{clockpicture.WIDTH}x{clockpicture.HEIGHT}x24", "-fbdir", self._directory.name,
             "-nolisten", "tcp", "-ac", "-br", "-noreset"], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as numbers:
            self.display = ":" + numbers.readline().strip()
        path = os.path.join(self._directory.name, "Xvfb_screen0")
        with open(path, "rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        # xwd(1): the header's size, ..., bytes per line as field 12, colours as field 19 with 12 bytes each, then the pixels: blue, green, red, nothing.
        header = struct.unpack(">25I", self._memory[:100])
        self._line = header[12]
        self._pixels = header[0] + header[19] * 12

    def end(self):
        children.end(self._server)
        self._memory.close()
        self._directory.cleanup()

    def look(self):
        step = clockpicture.BLOCK_WIDTH * 4
        lines = []
        for y in clockpicture.sample_lines(1):
            begin = self._pixels + y * self._line
            lines.append(self._memory[begin + step // 2 + 1 : begin + step * clockpicture.COLUMNS : step])
        return clockpicture.read(lines), lines

    def wait_until_blank(self):
        limit = time.monotonic() + 5
        while self.look()[0][0] != clockpicture.BLANK and time.monotonic() < limit:
            time.sleep(_INTERVAL)

    def pictures(self, until):
        """What is seen at 100 Hz, each picture once: (milliseconds of now, state, milliseconds, number). A damaged one counts when it stands for two looks: one may be a drawing under way."""
        last_good, last_lines, reported = None, None, None
        while not until():
            at = clockpicture.now_ms()
            (state, milliseconds, number), lines = self.look()
            if state == clockpicture.GOOD and number != last_good:
                last_good = number
                yield at, state, milliseconds, number
            elif state == clockpicture.DAMAGED and lines == last_lines and lines != reported:
                reported = lines
                yield at, state, 0, 0
            last_lines = lines
            time.sleep(_INTERVAL)
