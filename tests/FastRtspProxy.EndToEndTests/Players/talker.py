#!/usr/bin/python3
"""Talks to a camera as ONVIF's clients do: rtspsrc backchannel=onvif, whose back channel gets a tone of PCMU.

Says on stdout, a line each:
    back CAPS                           the back channel was found
    pushed SECONDS                      for each second of the tone that was handed over
    video N                             for each tenth picture (buffer) that came meanwhile
    error TEXT
It talks until it is told to stop, or its parent has gone.
"""
import argparse
import ctypes
import os
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


CORE = ctypes.CDLL("libgstreamer-1.0.so.0")
CORE.gst_mini_object_ref.restype = ctypes.c_void_p


def say(text):
    os.write(1, (text + "\n").encode())


class Talker:
    def __init__(self, url, protocols, hz):
        self.stream = None
        self.pushed = self.frames = 0
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("talker")
        self.source = Gst.ElementFactory.make("rtspsrc")
        self.source.set_property("location", url)
        self.source.set_property("protocols", {"udp": 1, "tcp": 4}[protocols])
        self.source.set_property("timeout", 0)  # nor is it given up when a busy machine sends nothing for some seconds
        self.source.set_property("backchannel", 1)
        self.source.connect("select-stream", self.on_select)
        self.source.connect("pad-added", self.on_pad)
        self.pipeline.add(self.source)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        self.tone = Gst.parse_launch(
            f"audiotestsrc is-live=true wave=sine freq={hz} samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! mulawenc"
            " ! rtppcmupay min-ptime=20000000 max-ptime=20000000 ! appsink name=mouth sync=false emit-signals=true")
        self.tone.get_by_name("mouth").connect("new-sample", self.on_tone)

    def on_select(self, _source, number, caps):
        if caps.get_structure(0).has_field("a-sendonly"):
            self.stream = number
            say("back " + caps.to_string())
        return True

    def on_pad(self, _source, pad):
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_video)
        GLib.idle_add(lambda: (self.tone.set_state(Gst.State.PLAYING), False)[1])

    def on_video(self, _pad, _info):
        self.frames += 1
        if self.frames % 10 == 0:
            say(f"video {self.frames}")
        return Gst.PadProbeReturn.OK

    def on_tone(self, sink):
        sample = sink.emit("pull-sample")
        if self.stream is not None:
            # The action takes a reference for itself (C's transfer full), of which Python knows nothing.
            CORE.gst_mini_object_ref(ctypes.c_void_p(int(repr(sample).rsplit("0x", 1)[1].rstrip(")>"), 16)))
            self.source.emit("push-backchannel-buffer", self.stream, sample)
            self.pushed += 1
            if self.pushed % 50 == 0:
                say(f"pushed {self.pushed // 50}")
        return Gst.FlowReturn.OK

    def on_error(self, _bus, message):
        say("error " + message.parse_error()[0].message + " " + str(message.parse_error()[1]))
        self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--protocols", choices=["udp", "tcp"], default="tcp")
    parser.add_argument("--hz", type=int, default=500)
    args = parser.parse_args()
    Gst.init(None)
    Talker(args.url, args.protocols, args.hz).run()
    sys.exit(1)


main()
