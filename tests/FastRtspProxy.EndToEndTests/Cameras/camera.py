#!/usr/bin/python3
"""A camera for the end-to-end tests: GStreamer's RTSP server with live test sources.

Says on stdout, a line each, what happens to it, so that a test can assert on it:
    ready rtsp://127.0.0.1:PORT/cam     it listens (rtsps:// with --tls)
    sessions OPEN opened TOTAL          after a session has come or gone
    connected TOTAL                     TCP connections so far
    request METHOD                      DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN
    stood still MILLISECONDS            this program did, for a second or longer: who waited for its media may have given it up
It ends by itself when its parent has gone, so an aborted test run leaves nothing behind.
"""
import argparse
import os
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = "videotestsrc is-live=true pattern={pattern} ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
AUDIO = "audiotestsrc is-live=true wave=sine freq={hz} samplesperbuffer=960"

TRACKS = {
    "h264": VIDEO + " ! x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max={key} bitrate=400"
                    " ! h264parse ! rtph264pay name=pay{n} pt=96 config-interval=-1 mtu=1400",
    "h264-b": VIDEO.replace(" !", " horizontal-speed=-8 !", 1) + " ! x264enc speed-preset=ultrafast threads=1 rc-lookahead=0 sync-lookahead=0 b-adapt=false bframes=2 key-int-max={key} bitrate=400"
                    " option-string=scenecut=0 ! video/x-h264,profile=main ! h264parse ! rtph264pay name=pay{n} pt=96 config-interval=-1 mtu=1400",
    "h265": VIDEO + " ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max={key} bitrate=400 option-string=pools=1:frame-threads=1:log-level=none"
                    " ! h265parse ! rtph265pay name=pay{n} pt=98 config-interval=-1 mtu=1400",
    "mjpeg": VIDEO + " ! jpegenc quality={quality} ! rtpjpegpay name=pay{n} pt=26 mtu=1400",
    "vp9": "filesrc location={file} ! matroskademux ! rtpvp9pay name=pay{n} pt=100 mtu=1400",
    "mpeg4": "filesrc location={file} ! qtdemux ! mpeg4videoparse ! rtpmp4vpay name=pay{n} pt=101 config-interval=1 mtu=1400",
    "mpeg2": "filesrc location={file} ! tsdemux ! mpegvideoparse ! rtpmpvpay name=pay{n} mtu=1400",
    "ts": "filesrc location={file} ! tsparse set-timestamps=true alignment=7 ! rtpmp2tpay name=pay{n} mtu=1400",
    "aac": AUDIO + " ! audio/x-raw,rate=48000,channels=1 ! avenc_aac ! aacparse ! rtpmp4gpay name=pay{n} pt=97",
    "pcmu": AUDIO + " ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay{n} pt=0",
    "pcma": AUDIO + " ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay{n} pt=8",
}


PAUSE_MICROS = 1_000_000


def say(text):
    print(text, flush=True)


class Counts:
    def __init__(self):
        self.open = 0
        self.opened = 0
        self.connected = 0


def watch_sessions(server, counts):
    pool = server.get_session_pool()

    def on_removed(_pool, _session):
        counts.open -= 1
        say(f"sessions {counts.open} opened {counts.opened}")

    def on_new_session(_client, _session):
        counts.open += 1
        counts.opened += 1
        say(f"sessions {counts.open} opened {counts.opened}")

    def on_connected(_server, client):
        counts.connected += 1
        say(f"connected {counts.connected}")
        client.connect("new-session", on_new_session)
        for method in ("describe", "setup", "play", "pause", "teardown"):
            client.connect(method + "-request", lambda _c, _ctx, m: say("request " + m.upper()), method)

    pool.connect("session-removed", on_removed)
    server.connect("client-connected", on_connected)
    GLib.timeout_add_seconds(1, lambda: (pool.cleanup(), True)[1])


def watch_pauses():
    last = GLib.get_monotonic_time()

    def on_turn():
        nonlocal last
        now = GLib.get_monotonic_time()
        if now - last >= PAUSE_MICROS:
            say(f"stood still {(now - last) // 1000}")
        last = now
        return True

    GLib.timeout_add(100, on_turn)


def send_late(factory, seconds):
    """The media of each session begins so long after the pipeline plays, with a key frame."""
    def on_state(media, state):
        if state != Gst.State.PLAYING:
            return
        begin = GLib.get_monotonic_time() + seconds * 1_000_000
        for n in range(media.n_streams()):
            def drop(_pad, info):
                late = GLib.get_monotonic_time() < begin
                return Gst.PadProbeReturn.DROP if late else Gst.PadProbeReturn.REMOVE

            media.get_stream(n).get_srcpad().add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, drop)

    factory.connect("media-configure", lambda _factory, media: media.connect("new-state", on_state))


def demand_digest(server, factory, user, password):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    factory.add_role_from_structure(
        Gst.Structure.new_from_string("viewer, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"))


def serve_tls(server, factory, certificate):
    auth = GstRtspServer.RTSPAuth()
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "anybody")
    auth.set_default_token(token)
    server.set_auth(auth)
    factory.add_role_from_structure(
        Gst.Structure.new_from_string("anybody, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"))


def change_keys(factory):
    """The media is encrypted with other keys than the description says."""
    def on_state(media, state):
        if state == Gst.State.PLAYING:
            for n in range(media.n_streams()):
                media.get_stream(n).get_srtp_encoder().set_property("key", Gst.Buffer.new_wrapped(bytes(range(30))))

    factory.connect("media-configure", lambda _factory, media: media.connect("new-state", on_state))


def refuse_track(server, track):
    """SETUP of that track, from 0, is answered 404."""
    def before_setup(_client, context):
        refused = context.uri.abspath.endswith(f"stream={track}")
        return GstRtsp.RTSPStatusCode.NOT_FOUND if refused else GstRtsp.RTSPStatusCode.OK

    server.connect("client-connected", lambda _server, client: client.connect("pre-setup-request", before_setup))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tracks", default="h264,aac", help="comma separated: " + ", ".join(TRACKS))
    parser.add_argument("--key-interval", type=int, default=12, help="frames from key frame to key frame")
    parser.add_argument("--pattern", default="ball", help="of videotestsrc; snow makes large frames")
    parser.add_argument("--quality", type=int, default=50, help="of the JPEG encoder")
    parser.add_argument("--file", default="", help="what vp9 (WebM), mpeg4 (MP4), mpeg2 and ts (transport streams) are read from")
    parser.add_argument("--protocols", choices=["any", "udp", "tcp"], default="any")
    parser.add_argument("--late", type=float, default=0, help="seconds from PLAY to the first packet")
    parser.add_argument("--tls", metavar="FILE", help="serve rtsps, with the certificate and the key in this PEM file")
    parser.add_argument("--srtp", choices=["savp", "savpf"], help="encrypt the media, with keys by MIKEY in the description")
    parser.add_argument("--wrong-keys", action="store_true", help="with --srtp: encrypt with others than those of the description")
    parser.add_argument("--refuse-track", type=int, metavar="N", help="SETUP of the track N, from 0, is answered 404")
    parser.add_argument("--unshared", action="store_true", help="a pipeline for each session: one that all share may abort or stand still when two sessions set up and play at once")
    parser.add_argument("--user")
    parser.add_argument("--password")
    args = parser.parse_args()

    Gst.init(None)
    parts = []
    for n, track in enumerate(args.tracks.split(",")):
        parts.append(TRACKS[track].format(n=n, key=args.key_interval, pattern=args.pattern, quality=args.quality, hz=440 + 110 * n, file=args.file))

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch("( " + "  ".join(parts) + " )")
    factory.set_shared(not args.unshared)
    protocol = GstRtsp.RTSPLowerTrans
    factory.set_protocols({"any": protocol.UDP | protocol.TCP, "udp": protocol.UDP, "tcp": protocol.TCP}[args.protocols])
    if args.srtp:
        profile = GstRtsp.RTSPProfile
        factory.set_profiles(profile.SAVP if args.srtp == "savp" else profile.SAVPF)
        if args.wrong_keys:
            change_keys(factory)
    if args.user:
        demand_digest(server, factory, args.user, args.password)
    if args.tls:
        serve_tls(server, factory, args.tls)
    server.get_mount_points().add_factory("/cam", factory)
    watch_sessions(server, Counts())
    watch_pauses()
    if args.refuse_track is not None:
        refuse_track(server, args.refuse_track)
    if args.late > 0:
        send_late(factory, args.late)

    if server.attach(None) == 0:
        sys.exit(f"cannot listen on port {args.port}")

    loop = GLib.MainLoop()
    parent = os.getppid()
    GLib.timeout_add(500, lambda: os.getppid() == parent or loop.quit())
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
    say(f"ready {'rtsps' if args.tls else 'rtsp'}://127.0.0.1:{args.port}/cam")
    loop.run()


main()
