#!/usr/bin/python3
"""A camera by GStreamer's RTSP server whose pictures carry the time at which they were made (clockpicture.py): 640x360, 25 a second.

Says "ready URL" on stdout when it listens, and ends with its parent.
"""
import argparse
import os
import signal
import sys
import threading
import time

import gi

import clockpicture

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

SOURCE = ("appsrc name=clock is-live=true do-timestamp=true format=time "
          f"caps=video/x-raw,format=I420,width={clockpicture.WIDTH},height={clockpicture.HEIGHT},framerate={clockpicture.FRAMES_PER_SECOND}/1")

# x264 writes the frame rate into the stream (VUI timing), OpenH264 does not. The look-ahead is off with B-frames too: it is the camera's latency.
ENCODERS = {
    "x264": "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max={key} bitrate=1500 option-string=scenecut=0",
    "x264-b": "x264enc speed-preset=veryfast threads=1 rc-lookahead=0 sync-lookahead=0 b-adapt=false bframes=2 key-int-max={key} bitrate=1500"
              " option-string=scenecut=0:force-cfr=1:mbtree=0 ! video/x-h264,profile=main",
    "openh264": "openh264enc complexity=low rate-control=bitrate bitrate=1500000 gop-size={key} scene-change-detection=false multi-thread=1",
}
PAY = " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=1400"
AUDIO = ("  audiotestsrc is-live=true wave=sine volume=0.1 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! avenc_aac ! aacparse"
         " ! rtpmp4gpay name=pay1 pt=97")


def feed(source):
    """Pictures until the media has gone. Each takes its time stamp when it is handed over, right after it was drawn."""
    number, at = 0, time.monotonic()
    while source.emit("push-buffer", Gst.Buffer.new_wrapped(clockpicture.draw(number))) == Gst.FlowReturn.OK:
        number += 1
        at += 1 / clockpicture.FRAMES_PER_SECOND
        time.sleep(max(0, at - time.monotonic()))


def on_media(_factory, media):
    source = media.get_element().get_by_name_recurse_up("clock")
    threading.Thread(target=feed, args=(source,), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--encoder", choices=ENCODERS, default="x264")
    parser.add_argument("--key-interval", type=int, default=100, help="frames from key frame to key frame")
    parser.add_argument("--audio", action="store_true", help="with a track of AAC")
    args = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {SOURCE} ! {ENCODERS[args.encoder].format(key=args.key_interval)}{PAY}{AUDIO if args.audio else ''} )")
    factory.set_shared(True)
    factory.connect("media-configure", on_media)
    server.get_mount_points().add_factory("/cam", factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on port {args.port}")

    loop = GLib.MainLoop()
    parent = os.getppid()
    GLib.timeout_add(500, lambda: os.getppid() == parent or loop.quit())
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
    print(f"ready rtsp://127.0.0.1:{args.port}/cam", flush=True)
    loop.run()


main()
