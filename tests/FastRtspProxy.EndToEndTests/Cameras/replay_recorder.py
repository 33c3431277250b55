#!/usr/bin/python3
"""A recorder: GStreamer's ONVIF server (RTSPOnvifServer, RTSPOnvifMediaFactory with replay support) with a clip of H.264, whose times are those of
ONVIF's header extension (rtponviftimestamp). The recording begins in 1900, where its clock begins: clock=19000101T000005Z is the picture at 5 s.

Says on stdout, a line each:
    ready rtsp://127.0.0.1:PORT/rec
    request METHOD REQUIRE RANGE RATE-CONTROL IMMEDIATE SCALE      - for what a request does not have
    clients N                                                      when one has come or gone
It ends by itself when its parent has gone.
"""
import argparse
import ctypes
import os
import signal

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402


def say(text):
    os.write(1, (text + "\n").encode())


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", help="a Matroska file with H.264")
    parser.add_argument("--user")
    parser.add_argument("--password")
    args = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPOnvifServer.new()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPOnvifMediaFactory.new()
    factory.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
    factory.set_shared(False)
    factory.set_replay_support(True)
    factory.set_launch(f"( filesrc location={args.clip} ! matroskademux ! queue ! h264parse ! rtph264pay pt=96 config-interval=-1"
                       " ! rtponviftimestamp name=pay0 ntp-offset=0 set-e-bit=true set-t-bit=true )")
    if args.user:
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken.new()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(args.user, args.password, token)
        factory.add_role_from_structure(Gst.Structure.new_from_string("viewer, media.factory.access=true, media.factory.construct=true"))
        server.set_auth(auth)

    clients = []

    def on_client(_server, client):
        clients.append(client)
        say(f"clients {len(clients)}")
        client.connect("closed", on_closed)
        for method in ("describe", "setup", "play", "pause", "teardown"):
            def on_request(_client, context, method=method):
                values = []
                for name in ("Require", "Range", "Rate-Control", "Immediate", "Scale"):
                    _, value = context.request.get_header_by_name(name, 0)
                    values.append(value or "-")
                say(f"request {method.upper()} {' '.join(values)}")
            client.connect(method + "-request", on_request)

    def on_closed(client):
        clients.remove(client)
        say(f"clients {len(clients)}")

    server.connect("client-connected", on_client)
    server.get_mount_points().add_factory("/rec", factory)
    server.attach(None)
    say(f"ready rtsp://127.0.0.1:{server.get_bound_port()}/rec")
    GLib.MainLoop().run()


main()
