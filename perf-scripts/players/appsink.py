#!/usr/bin/python3
"""Plays an RTSP URL by rtspsrc into an appsink that gives each picture at the moment when a screen would show it (sync=true).

    appsink.py URL tcp|udp LATENCY_MS [--at-once]      (--at-once: each picture as soon as it is decoded)

Writes on stdout a line for each picture: "NANOSECONDS STATE MILLISECONDS NUMBER" (CLOCK_MONOTONIC; see clockpicture.py), and "start NANOSECONDS" before the pipeline begins.
"""
import os
import sys
import time

import gi

import clockpicture

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import GLib, Gst, GstApp  # noqa: E402,F401


class Player:
    def __init__(self, url, protocols, latency, sync):
        self.sync = sync
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("player")
        source = Gst.ElementFactory.make("rtspsrc")
        source.set_property("location", url)
        source.set_property("latency", latency)
        source.set_property("protocols", {"udp": 1, "tcp": 4}[protocols])
        source.connect("pad-added", self.on_source_pad)
        self.pipeline.add(source)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.on_message)

    def on_source_pad(self, _source, pad):
        media = pad.get_current_caps().get_structure(0).get_string("media")
        chain = (f"rtph264depay ! h264parse ! avdec_h264 ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width={clockpicture.SMALL_WIDTH},"
                 f"height={clockpicture.SMALL_HEIGHT} ! appsink name=shown sync={self.sync} emit-signals=true" if media == "video" else
                 "rtpmp4gdepay ! aacparse ! avdec_aac ! fakesink sync=true")
        branch = Gst.parse_bin_from_description("queue ! " + chain, True)
        if media == "video":
            branch.get_by_name("shown").connect("new-sample", self.on_sample)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def on_sample(self, sink):
        at = time.monotonic_ns()
        buffer = sink.emit("pull-sample").get_buffer()
        state, milliseconds, number = clockpicture.read_gray(buffer.extract_dup(0, buffer.get_size()), clockpicture.SMALL_WIDTH, 4)
        print(at, state, milliseconds, number, flush=True)
        return Gst.FlowReturn.OK

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            print("ERROR", message.parse_error()[0].message, message.parse_error()[1], file=sys.stderr, flush=True)
            self.loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            print("WARN", message.parse_warning()[0].message, file=sys.stderr, flush=True)
        elif message.type == Gst.MessageType.EOS:
            self.loop.quit()

    def run(self):
        print("start", time.monotonic_ns(), flush=True)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()


Gst.init(None)
parent = os.getppid()
player = Player(sys.argv[1], sys.argv[2], int(sys.argv[3]), "false" if "--at-once" in sys.argv else "true")
GLib.timeout_add(500, lambda: os.getppid() == parent or player.loop.quit())
GLib.unix_signal_add(GLib.PRIORITY_HIGH, 15, player.loop.quit)
player.run()
player.pipeline.set_state(Gst.State.NULL)
