#!/usr/bin/python3
"""One player joins a stream whose pictures carry a clock (clockcam.py), and what it shows is timed.

    join.py PLAYER URL tcp|udp [--seconds S]

prints first=… behind1=… behind3=… damaged=… skipped=… before=… still=… complaints=…: milliseconds from the player's start to its first picture; how old the picture that it shows is one and
three seconds after that; pictures that were damaged; pictures left out from the first second on; how long before the player's start its first picture was made; the longest time in which this
script itself stood still; and its error lines, which follow.
"""
import argparse
import os
import re
import subprocess
import threading

import children
import clockpicture

_HERE = os.path.dirname(os.path.abspath(__file__))
_FFMPEG = "-hide_banner -loglevel level+warning"
_INFO = "-hide_banner -loglevel level+info"
_TO_PIPE = (f"-an -vf scale={clockpicture.SMALL_WIDTH}:{clockpicture.SMALL_HEIGHT} -fps_mode passthrough -enc_time_base -1 -pix_fmt gray -flush_packets 1 -f rawvideo pipe:1")
_LAUNCH = "gst-launch-1.0 -q rtspsrc location={url} protocols={transport} latency=%d ! rtph264depay ! h264parse ! avdec_h264 ! videoconvert ! ximagesink"
_MPV = ("mpv --no-config --msg-level=all=warn --vo=x11 --ao=null --geometry=640x360+0+0 --no-border --osc=no --cursor-autohide=always"
        " --rtsp-transport={transport}")

# PLAYER: (what it is read by, the command)
PLAYERS = {
    "ffmpeg": ("pipe", f"ffmpeg {_INFO} -nostats -nostdin -rtsp_transport {{transport}} -i {{url}} {_TO_PIPE}"),
    "ffmpeg-low": ("pipe", f"ffmpeg {_FFMPEG} -nostdin -fflags nobuffer -flags low_delay -threads 1 -rtsp_transport {{transport}} -i {{url}} {_TO_PIPE}"),
    "arrival": ("lines", "/usr/bin/python3 {here}/appsink.py {url} {transport} 0 --at-once"),
    "appsink-0": ("lines", "/usr/bin/python3 {here}/appsink.py {url} {transport} 0"),
    "appsink-200": ("lines", "/usr/bin/python3 {here}/appsink.py {url} {transport} 200"),
    "appsink-2000": ("lines", "/usr/bin/python3 {here}/appsink.py {url} {transport} 2000"),
    "ximagesink-200": ("screen", _LAUNCH % 200),
    "ximagesink-2000": ("screen", _LAUNCH % 2000),
    "ffprobe": ("probe", f"ffprobe {_FFMPEG} -rtsp_transport {{transport}} -select_streams v:0 -show_entries stream=r_frame_rate,avg_frame_rate -of csv=p=0 {{url}}"),
    # The module is Debian's python3-opencv, which plays by FFmpeg's libraries.
    "opencv": ("lines", "/usr/bin/python3 {here}/opencv_player.py {url} {transport}"),
    "ffplay": ("screen", f"ffplay {_INFO} -left 0 -top 0 -rtsp_transport {{transport}} {{url}}"),
    "ffplay-low": ("screen", f"ffplay {_FFMPEG} -nostats -left 0 -top 0 -fflags nobuffer -flags low_delay -framedrop -rtsp_transport {{transport}} {{url}}"),
    "mpv": ("screen", _MPV + " {url}"),
    "mpv-low": ("screen", _MPV + " --profile=low-latency {url}"),
    # Debian's VLC has no RTSP client: vlc_by_sdp.py is one for it, and gives it the SDP.
    "vlc": ("screen", "/usr/bin/python3 {here}/vlc_by_sdp.py {url}"),
    "vlc-200": ("screen", "/usr/bin/python3 {here}/vlc_by_sdp.py {url} --file-caching=200"),
}

# What the players say about media. Not: VLC's and SDL's words about sound cards, keyboards and themes.
_RATE = re.compile(r"Video: .*?, ([\d.]+k?) fps, ([\d.]+k?) tbr|^rate (\S+)|^(\d+)/(\d+),(\d+)/(\d+)$")


def _rate(line):
    """The rate that the player read off the stream, "AVERAGE" or "AVERAGE/GUESSED"; None: the line says none."""
    found = _RATE.search(line)
    if not found:
        return None
    if found[1]:
        return f"{found[1]}/{found[2]}"
    if found[3]:
        return found[3]
    guessed, average = (f"{int(found[n]) / int(found[n + 1]):g}" if int(found[n + 1]) else "none" for n in (4, 6))
    return f"{average}/{guessed}"


_COMPLAINT = re.compile(
    r"\[error\]|\[fatal\]|RTP: missed|max delay reached|concealing|corrupt|dropping old packet|non monoton|h264:|libav.*(ERROR|WARN)|rtp.*WARN|^ERROR|^WARN|error while|no frame!|picture is too late")


class Join:
    """What one join gave, in milliseconds; None: not reached."""

    def __init__(self, shown, started, said, still=0):
        """said: the player's lines; shown: (moment, state, the clock's milliseconds, number) of each picture in turn."""
        good = [picture for picture in shown if picture[1] == clockpicture.GOOD]
        self.complaints = [line for line in said if _COMPLAINT.search(line)]
        self.rate = next(filter(None, map(_rate, said)), None)
        self.damaged = len([picture for picture in shown if picture[1] == clockpicture.DAMAGED])
        self.first = good[0][0] - started if good else None
        self.before = clockpicture.age_ms(started, good[0][2]) if good else None
        self.still = still
        self.behind_1s = self._behind(good, 1000)
        self.behind_3s = self._behind(good, 3000)
        steady = [picture for picture in good if picture[0] >= good[0][0] + 1000]
        ages = sorted(clockpicture.age_ms(picture[0], picture[2]) for picture in steady)
        self.age = ages[len(ages) // 2] if ages else None
        last = steady[-1] if len(steady) > 1 else None
        self.average = ((last[3] - steady[0][3] & 0xFFFF) * 1000 / (last[0] - steady[0][0])) if last else None
        self.skipped = sum(max(0, (b[3] - a[3] & 0xFFFF) - 1) for a, b in zip(steady, steady[1:]))

    @staticmethod
    def _behind(good, after):
        """How old the picture is that is on the screen so long after the first one: up to a frame interval older than when it came."""
        if not good or good[-1][0] < good[0][0] + after:
            return None
        moment = good[0][0] + after
        last = [picture for picture in good if picture[0] <= moment][-1]
        return clockpicture.age_ms(moment, last[2])

    def __str__(self):
        def whole(value):
            return "-" if value is None else str(round(value))

        return (f"first={whole(self.first)} behind1={whole(self.behind_1s)} behind3={whole(self.behind_3s)} damaged={self.damaged} skipped={self.skipped}"
                f" before={whole(self.before)} still={whole(self.still)} complaints={len(self.complaints)}")


class _Clock:
    """When to stop: so long after the first picture, or after the limit when none comes."""

    def __init__(self, started, limit, seconds):
        self.started = started
        self.deadline = started + limit * 1000
        self._seconds = seconds
        self._has_begun = False

    def saw(self, at, state):
        if state == clockpicture.GOOD and not self._has_begun:
            self._has_begun = True
            self.deadline = min(self.deadline, at + self._seconds * 1000)

    @property
    def is_over(self):
        return clockpicture.now_ms() > self.deadline


class _Stillness(threading.Thread):
    """The longest time in which this process stood still; a machine that takes such pauses takes them of players, too."""

    _PAUSE_MS = 50

    def __init__(self):
        super().__init__(daemon=True)
        self.longest = 0
        self._is_over = threading.Event()
        self.start()

    def run(self):
        last = clockpicture.now_ms()
        while not self._is_over.wait(self._PAUSE_MS / 1000):
            now = clockpicture.now_ms()
            self.longest, last = max(self.longest, now - last - self._PAUSE_MS), now

    def end(self):
        self._is_over.set()
        return self.longest


def play(player, url, transport, screen=None, seconds=3.2, limit=20.0):
    """Starts the player, reads what it shows until `seconds` after its first picture, or for `limit` when it shows none, and ends it."""
    kind, command = PLAYERS[player]
    if kind == "probe":
        return _probe(command, url, transport, limit)
    environment = dict(os.environ, SDL_AUDIODRIVER="dummy", GST_DEBUG="2,libav:4", GST_DEBUG_NO_COLOR="1")
    if kind == "screen":
        screen.wait_until_blank()
        environment["DISPLAY"] = screen.display
    arguments = command.format(url=url, transport=transport, here=_HERE).split(" ")
    clock = _Clock(clockpicture.now_ms(), limit, seconds)
    process = children.start(
        arguments, stdout=subprocess.DEVNULL if kind == "screen" else subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd="/")
    errors = children.Lines(process.stderr)
    # A pipe of a player that shows nothing ends with the player.
    watch = threading.Timer(limit + seconds, children.end, [process])
    watch.start()
    stillness = _Stillness()
    shown = []
    try:
        source = (_from_pipe(process) if kind == "pipe" else _from_lines(process, clock) if kind == "lines"
                  else screen.pictures(lambda: clock.is_over or process.poll() is not None))
        for picture in source:
            shown.append(picture)
            clock.saw(picture[0], picture[1])
            if clock.is_over:
                break
    finally:
        still = stillness.end()
        watch.cancel()
        children.end(process)
    return Join(shown, clock.started, errors.all(), still)


def _probe(command, url, transport, limit):
    """A program that ends when it knows what the stream is; its first picture is its answer."""
    started = clockpicture.now_ms()
    process = children.start(command.format(url=url, transport=transport, here=_HERE).split(" "), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
    watch = threading.Timer(limit, children.end, [process])
    watch.start()
    out, err = process.communicate()
    watch.cancel()
    join = Join([], started, (out + err).decode(errors="replace").splitlines())
    join.first = clockpicture.now_ms() - started if join.rate else None
    return join


def _from_pipe(process):
    size = clockpicture.SMALL_WIDTH * clockpicture.SMALL_HEIGHT
    while len(picture := process.stdout.read(size)) == size:
        yield clockpicture.now_ms(), *clockpicture.read_gray(picture, clockpicture.SMALL_WIDTH, 4)


def _from_lines(process, clock):
    for line in process.stdout:
        words = line.decode().split()
        if words[0] == "start":
            clock.started = int(words[1]) / 1e6
        else:
            yield int(words[0]) / 1e6, words[1], int(words[2]), int(words[3])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("player", choices=PLAYERS)
    parser.add_argument("url")
    parser.add_argument("transport", choices=["tcp", "udp"])
    parser.add_argument("--seconds", type=float, default=3.2, help="to watch from the first picture on")
    args = parser.parse_args()
    screen = None
    if PLAYERS[args.player][0] == "screen":
        import screen as screens
        screen = screens.Screen()
    try:
        join = play(args.player, args.url, args.transport, screen, args.seconds)
    finally:
        if screen:
            screen.end()
    print(join)
    for line in join.complaints:
        print("complaint", line)


if __name__ == "__main__":
    main()
