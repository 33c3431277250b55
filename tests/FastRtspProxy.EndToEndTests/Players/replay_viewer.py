#!/usr/bin/python3
"""Watches a recording as a VMS does: rtspsrc onvif-mode=true, over TCP or UDP, and seeks.

Says on stdout, a line each:
    packet SECONDS FLAGS CSEQ           for each RTP packet with ONVIF's header extension: its time since 1900, C, E, D and T, and CSeq
    picture NUMBER MICROSECONDS         for each one without that begins a picture of rtspsim camera: its number, and when it was sent, since 1970
    plain                               for each other one without
    seek SECONDS RATE                   a seek was made
    eos                                 the recording is over
    error TEXT
"""
import argparse
import ctypes
import os
import signal
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
from gi.repository import GLib, Gst, GstRtsp  # noqa: E402,F401


# What rtspsim camera says in its pictures: a NAL unit of type 6, of payload type 5, with 44 bytes.
MARK = b"\x06\x05,FastRtspProxySim1"


def say(text):
    os.write(1, (text + "\n").encode())


def grouped(data):
    """Seven bits a byte."""
    value = 0
    for part in data:
        value = value << 7 | part & 0x7F
    return value


class Viewer:
    def __init__(self, args):
        self.args = args
        self.seeks = list(args.seek)
        self.packets = 0
        self.rate = 1.0
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("viewer")
        self.source = Gst.ElementFactory.make("rtspsrc")
        self.source.set_property("location", args.url)
        self.source.set_property("protocols", {"udp": 1, "tcp": 4}[args.protocols])
        self.source.set_property("onvif-mode", True)
        self.source.set_property("onvif-rate-control", not args.no_rate_control)
        self.source.set_property("tcp-timeout", 0)
        self.source.set_property("timeout", 0)
        self.source.set_property("teardown-timeout", 20 * Gst.SECOND)  # or a busy machine ends it before it has said so
        self.source.connect("before-send", self.on_request)
        self.source.connect("pad-added", self.on_pad)
        self.pipeline.add(self.source)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        bus.connect("message::eos", self.on_eos)

    def on_pad(self, _source, pad):
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        pad.add_probe(Gst.PadProbeType.BLOCK | Gst.PadProbeType.BUFFER, self.on_packet)

    def on_request(self, _source, message):
        message.add_header_by_name("Require", "onvif-replay")  # which rtspsrc leaves out
        return True

    def on_packet(self, _pad, info):
        buffer = info.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        at = 12 + 4 * (data[0] & 15)
        if data[0] & 0x10 and data[at:at + 2] == b"\xab\xac":
            seconds = int.from_bytes(data[at + 4:at + 12], "big") / 2 ** 32
            flags = "".join(letter for letter, bit in (("C", 0x80), ("E", 0x40), ("D", 0x20), ("T", 0x10)) if data[at + 12] & bit)
            say(f"packet {seconds:.3f} {flags or '-'} {data[at + 13]}")
            if not self.seeks and self.args.until is not None and (seconds >= self.args.until if self.rate > 0 else seconds <= self.args.until):
                GLib.idle_add(self.loop.quit)
        else:
            mark = data.find(MARK)
            say(f"picture {grouped(data[mark + 20:mark + 30])} {grouped(data[mark + 30:mark + 40])}" if mark >= 0 else "plain")
        self.packets += 1
        if self.seeks and self.packets == self.args.every:
            start, rate = map(float, self.seeks.pop(0).split(","))
            self.rate = rate
            GLib.idle_add(self.seek, start, rate)
            return Gst.PadProbeReturn.OK  # nothing more comes here until the seek has flushed it, however long that takes
        return Gst.PadProbeReturn.PASS

    def seek(self, start, rate):
        flags = Gst.SeekFlags.FLUSH
        # Backwards: from there to the beginning.
        span = (int(start * Gst.SECOND), -1) if rate > 0 else (0, int(start * Gst.SECOND))
        self.packets = 0
        say(f"seek {start:g} {rate:g}")
        self.pipeline.seek(rate, Gst.Format.TIME, flags, Gst.SeekType.SET, span[0], Gst.SeekType.SET if span[1] >= 0 else Gst.SeekType.NONE, span[1])
        return False

    def on_error(self, _bus, message):
        say("error " + message.parse_error()[0].message + " " + str(message.parse_error()[1]).replace("\n", " "))
        self.loop.quit()

    def on_eos(self, _bus, _message):
        say("eos")
        self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()

        # All is said. rtspsrc was seen to wait for itself when the recording ended while it was being stopped; the connection ends with the process then.
        stuck = threading.Timer(20, os._exit, [0])
        stuck.daemon = True
        stuck.start()
        self.pipeline.set_state(Gst.State.NULL)


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--protocols", choices=["udp", "tcp"], default="tcp")
    parser.add_argument("--no-rate-control", action="store_true")
    parser.add_argument("--seek", action="append", default=[], help="SECONDS,RATE; the next one after so many packets")
    parser.add_argument("--until", type=float, help="SECONDS: behind the last seek it ends there, or at the end of the recording")
    parser.add_argument("--every", type=int, default=30)
    args = parser.parse_args()
    Gst.init(None)
    _ = Gst.PadProbeInfo.get_buffer, Gst.Buffer.pts  # as in rtspsrc_player.py
    Viewer(args).run()


main()
