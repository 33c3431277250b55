#!/usr/bin/python3
"""rtspsrc decodes the video of an RTSP URL and, between two looks at it, does what a viewer's hand does.

    rtspsrc_steps.py URL udp|tcp|http play|pause|seek SECONDS [--port-range A-B]

Prints "before=N after=N": the frames decoded in SECONDS after the first one, and in SECONDS after the hand was off again (pause: PAUSED for two seconds, then PLAYING; seek: a flush
seek to the beginning, which is PAUSE and PLAY to the server; play: nothing). Status 1 on an error or when no frame came within 15 s.
"""
import argparse
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

_PROTOCOLS = {"udp": "udp", "tcp": "tcp", "http": "http+tcp"}


class Player:
    def __init__(self, arguments):
        self.frames = 0
        ports = f" port-range={arguments.port_range}" if arguments.port_range else ""
        # async=false: a paused source sends nothing to preroll with, so the pipeline would never get to PAUSED, nor the source to PLAYING again, at the camera itself neither.
        self.pipeline = Gst.parse_launch(
            f"rtspsrc name=source location={arguments.url} protocols={_PROTOCOLS[arguments.transport]} latency=200 tls-validation-flags=0{ports}"
            " source. ! application/x-rtp,media=video ! decodebin ! fakesink name=shown sync=false async=false signal-handoffs=true")
        self.pipeline.get_by_name("shown").connect("handoff", self.on_frame)
        self.bus = self.pipeline.get_bus()

    def on_frame(self, *_):
        self.frames += 1

    def run_for(self, seconds, until_frame=False):
        """Looks at the bus meanwhile: an error ends the program."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until_frame and self.frames):
            message = self.bus.timed_pop_filtered(50 * Gst.MSECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
            if message is not None:
                sys.exit("EOS" if message.type == Gst.MessageType.EOS else message.parse_error()[0].message)

    def count(self, seconds):
        before = self.frames
        self.run_for(seconds)
        return self.frames - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("transport", choices=_PROTOCOLS)
    parser.add_argument("hand", choices=["play", "pause", "seek"])
    parser.add_argument("seconds", type=float)
    parser.add_argument("--port-range")
    arguments = parser.parse_args()
    Gst.init(None)
    player = Player(arguments)
    player.pipeline.set_state(Gst.State.PLAYING)
    player.run_for(15, until_frame=True)
    if not player.frames:
        sys.exit("no frame within 15 s")
    before = player.count(arguments.seconds)
    if arguments.hand == "pause":
        player.pipeline.set_state(Gst.State.PAUSED)
        player.run_for(2)
        player.pipeline.set_state(Gst.State.PLAYING)
    elif arguments.hand == "seek":
        player.pipeline.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH, 0)
    print(f"before={before} after={player.count(arguments.seconds)}", flush=True)
    player.pipeline.set_state(Gst.State.NULL)


main()
