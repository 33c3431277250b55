#!/usr/bin/python3
"""Plays an RTSP URL by OpenCV's VideoCapture (FFmpeg's libraries), picture by picture, as analysers do.

    opencv_player.py URL tcp|udp

Writes on stdout a line for each picture, and "start NANOSECONDS" before it begins, as appsink.py does; on stderr "rate R", the rate that it took from the stream.
"""
import os
import sys
import time

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = f"rtsp_transport;{sys.argv[2]}"

import cv2  # noqa: E402

import clockpicture  # noqa: E402

parent = os.getppid()
print("start", time.monotonic_ns(), flush=True)
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
print(f"rate {capture.get(cv2.CAP_PROP_FPS):g}", file=sys.stderr, flush=True)
while os.getppid() == parent:
    is_there, picture = capture.read()
    if not is_there:
        break
    at = time.monotonic_ns()
    small = cv2.resize(picture, (clockpicture.SMALL_WIDTH, clockpicture.SMALL_HEIGHT), interpolation=cv2.INTER_AREA)
    state, milliseconds, number = clockpicture.read_gray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).tobytes(), clockpicture.SMALL_WIDTH, 4)
    print(at, state, milliseconds, number, flush=True)
