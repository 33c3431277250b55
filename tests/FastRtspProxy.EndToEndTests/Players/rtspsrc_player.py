#!/usr/bin/python3
"""Plays an RTSP URL with GStreamer's rtspsrc for a number of seconds of media, decodes every track and says what came out:
    video FRAMES MILLISECONDS BACK HELD from the first frame's time stamp to the last one's; how many were earlier than the one before, and how many at its time
    audio MILLISECONDS
    warning TEXT / error TEXT           messages of the pipeline
Seconds are those of the time stamps, from the first decoded buffer on, and the time stamps are those of the packets (buffer-mode none): a machine that
is busy delivers late, and changes neither. A stream that stops is given up after a limit on the clock.

With --hand pause (PAUSED for two seconds, then PLAYING) or seek (a flush seek to the beginning: PAUSE and PLAY, for the server) the seconds are watched twice, before the
hand and after it, and the lines are about what came after it.

With --hashes nothing is decoded; each access unit or audio frame is a line while it comes, its time stamp in microseconds:
    unit video|audio MICROSECONDS HASH
and an end of the stream is `eos`. With --pictures each decoded picture is a line while it comes: picture MICROSECONDS.
"""
import argparse
import os
import sys
import zlib

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


class Player:
    DEPAYLOADERS = {"H264": "rtph264depay", "H265": "rtph265depay", "MPEG4-GENERIC": "rtpmp4gdepay"}

    def __init__(self, url, protocols, seconds, video_only, hashes, hand, pictures):
        self.pictures = pictures
        self.hand = hand
        self.seconds = seconds
        self.video_only = video_only
        self.hashes = hashes
        self.frames = 0
        self.first_pts = self.last_pts = 0
        self.back = self.held = 0
        self.audio_ns = 0
        self.start_pts = None
        self.has_video = self.has_audio = False
        self.hand_is_on = False
        self.is_over = self.has_quit = False
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("player")
        self.source = Gst.ElementFactory.make("rtspsrc")
        # The scheme of a tunnel is GStreamer's own. With TLS no certificate is checked.
        is_tls = url.startswith("rtsps:")
        self.source.set_property("location", url.replace("rtsps:", "rtspsh:", 1).replace("rtsp:", "rtsph:", 1) if protocols == "http" else url)
        if is_tls:
            self.source.set_property("tls-validation-flags", 0)
        self.source.set_property("latency", 200)
        # A machine that is busy may be silent for some seconds, or let the player stand still: media has room meanwhile, and TEARDOWN is said before it ends.
        self.source.set_property("timeout", 0)
        self.source.set_property("tcp-timeout", 60_000_000)
        self.source.set_property("teardown-timeout", 20 * Gst.SECOND)
        self.source.set_property("udp-buffer-size", 8 << 20)
        self.source.set_property("buffer-mode", 0)
        self.source.set_property("protocols", {"udp": 1, "udp-mcast": 2, "tcp": 4, "http": 4 | 16}[protocols] | (32 if is_tls else 0))
        self.source.connect("select-stream", self.on_select)
        self.source.connect("pad-added", self.on_source_pad)
        self.pipeline.add(self.source)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.on_message)

    def on_select(self, _source, _number, caps):
        is_video = caps.get_structure(0).get_string("media") == "video"
        self.has_video |= is_video
        self.has_audio |= not is_video and not self.video_only
        return not self.video_only or is_video

    def on_source_pad(self, _source, pad):
        if self.hashes:
            self.on_hashed_pad(pad)
            return
        decoder = Gst.ElementFactory.make("decodebin")
        decoder.connect("pad-added", self.on_decoded_pad)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_hashed_pad(self, pad):
        structure = pad.get_current_caps().get_structure(0)
        depayloader = Gst.ElementFactory.make(self.DEPAYLOADERS[structure.get_string("encoding-name")])
        units = Gst.ElementFactory.make("capsfilter")
        if structure.get_string("media") == "video":
            units.set_property("caps", Gst.Caps.from_string("video/x-h264,alignment=au,stream-format=byte-stream;video/x-h265,alignment=au,stream-format=byte-stream"))
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        for element in (depayloader, units, sink):
            self.pipeline.add(element)
            element.sync_state_with_parent()
        depayloader.link(units)
        units.link(sink)
        units.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.on_unit, structure.get_string("media"))
        pad.link(depayloader.get_static_pad("sink"))

    def on_unit(self, _pad, info, media):
        buffer = info.get_buffer()
        # One write a line: each pad has its own thread.
        os.write(1, b"unit %s %d %08x\n" % (media.encode(), buffer.pts // 1000, zlib.crc32(buffer.extract_dup(0, buffer.get_size()))))
        self.on_time(buffer.pts, media == "video")
        return Gst.PadProbeReturn.OK

    def on_time(self, pts, is_video):
        if self.start_pts is None:
            self.start_pts = pts
        elif is_video == self.has_video and pts - self.start_pts >= self.seconds * Gst.SECOND:
            hand, self.hand = self.hand, None
            if hand:
                self.hand_is_on = True  # from here on, however long the loop takes to come to it
                GLib.idle_add(self.on_hand, hand)
            elif not self.hand_is_on:
                self.is_over = True
        if self.is_over and (self.hashes or not self.has_audio or self.audio_ns >= (self.seconds - 1) * Gst.SECOND):
            self.has_quit = True
            self.loop.quit()

    def on_hand(self, hand):
        if hand == "seek":
            self.pipeline.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH, 0)
            self.on_hand_off()
        else:
            self.pipeline.set_state(Gst.State.PAUSED)
            GLib.timeout_add(2000, self.on_hand_off)
        return GLib.SOURCE_REMOVE

    def on_hand_off(self):
        """What came until now was before it."""
        self.frames = self.back = self.held = self.audio_ns = self.first_pts = self.last_pts = 0
        self.start_pts = None
        self.hand_is_on = False
        self.pipeline.set_state(Gst.State.PLAYING)
        return GLib.SOURCE_REMOVE

    def on_decoded_pad(self, _decoder, pad):
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        sink.set_property("async", False)  # a paused source sends nothing to preroll with: the pipeline would never get to PAUSED, nor the source to PLAYING again
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_buffer)

    def on_buffer(self, pad, info):
        structure = pad.get_current_caps().get_structure(0)
        is_video = structure.get_name().startswith("video")
        if self.has_quit or (is_video and self.is_over):
            return Gst.PadProbeReturn.OK  # the loop may take a while to end, and the sound to come to its own
        pts = info.get_buffer().pts
        if is_video:
            self.frames += 1
            if self.pictures:
                os.write(1, b"picture %d\n" % (pts // 1000))
            self.back += self.frames > 1 and pts < self.last_pts
            self.held += self.frames > 1 and pts == self.last_pts
            self.last_pts = pts
            if self.frames == 1:
                self.first_pts = self.last_pts
        else:
            samples = info.get_buffer().get_size() / (4 if "F32" in structure.get_string("format") else 2)
            self.audio_ns += samples * Gst.SECOND / structure.get_value("rate") / structure.get_value("channels")
        self.on_time(pts, is_video)
        return Gst.PadProbeReturn.OK

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            print("error", message.parse_error()[0].message, message.parse_error()[1], flush=True)
            self.loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            print("warning", message.parse_warning()[0].message, flush=True)
        elif message.type == Gst.MessageType.EOS:
            print("eos", flush=True)
            self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(int(((4 if self.hand else 2) * self.seconds + 40) * 1000), self.loop.quit)
        self.loop.run()
        if not self.hashes:
            print("video", self.frames, int((self.last_pts - self.first_pts) / Gst.MSECOND), self.back, self.held)
            print("audio", int(self.audio_ns / Gst.MSECOND), flush=True)
        self.pipeline.set_state(Gst.State.NULL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--protocols", choices=["udp", "udp-mcast", "tcp", "http"], default="udp")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--video-only", action="store_true")
    parser.add_argument("--hashes", action="store_true")
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--hand", choices=["pause", "seek"])
    args = parser.parse_args()
    Gst.init(None)
    _ = Gst.PadProbeInfo.get_buffer, Gst.Buffer.pts  # two pads that are the first to ask for it at once get two types of one name, and an error for each buffer
    Player(args.url, args.protocols, args.seconds, args.video_only, args.hashes, args.hand, args.pictures).run()
    sys.exit(0)


main()
