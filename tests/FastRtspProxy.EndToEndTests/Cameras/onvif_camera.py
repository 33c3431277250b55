#!/usr/bin/python3
"""A camera with two-way audio: GStreamer's ONVIF server (RTSPOnvifServer, RTSPOnvifMediaFactory) with a test picture and a back channel of PCMU.

Says on stdout, a line each:
    ready rtsp://127.0.0.1:PORT/cam
    request METHOD REQUIRE              DESCRIBE, SETUP, PLAY, TEARDOWN, and what they require (- for nothing)
    heard HZ SAMPLES                    for each second of sound that came by the back channel: how often the samples cross zero upwards in a second
It ends by itself when its parent has gone.
"""
import argparse
import ctypes
import os
import signal
import struct
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PICTURE = ("( videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=10/1 ! x264enc tune=zerolatency speed-preset=ultrafast"
           " threads=1 key-int-max=10 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )")
BACK = "( capsfilter caps=\"application/x-rtp, media=audio, payload=0, clock-rate=8000, encoding-name=PCMU\" name=depay_backchannel ! rtppcmudepay ! mulawdec ! audio/x-raw,rate=8000,channels=1 ! appsink name=ear sync=false async=false emit-signals=true )"
RATE = 8000


def say(text):
    os.write(1, (text + "\n").encode())


class Ear:
    def __init__(self):
        self.samples = []

    def on_sample(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        self.samples += struct.unpack(f"<{len(data) // 2}h", data)
        while len(self.samples) >= RATE:
            second, self.samples = self.samples[:RATE], self.samples[RATE:]
            say(f"heard {sum(a < 0 <= b for a, b in zip(second, second[1:]))} {len(second)}")
        return Gst.FlowReturn.OK


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    parser = argparse.ArgumentParser()
    parser.add_argument("--tcp", action="store_true")
    args = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPOnvifServer.new()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPOnvifMediaFactory.new()
    factory.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
    factory.set_shared(False)
    factory.set_launch(PICTURE)
    factory.set_backchannel_launch(BACK)
    if args.tcp:
        from gi.repository import GstRtsp
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)

    def on_media(_factory, media):
        ear = Ear()
        element = media.get_element().get_by_name("ear")
        if element:
            element.connect("new-sample", ear.on_sample)

    def on_client(_server, client):
        for method in ("describe", "setup", "play", "teardown"):
            def on_request(_client, context, method=method):
                result, value = context.request.get_header_by_name("Require", 0) if hasattr(context.request, "get_header_by_name") else (None, None)
                say(f"request {method.upper()} {value or '-'}")
            client.connect(method + "-request", on_request)

    factory.connect("media-constructed", on_media)
    server.connect("client-connected", on_client)
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    say(f"ready rtsp://127.0.0.1:{server.get_bound_port()}/cam")
    GLib.MainLoop().run()


main()
