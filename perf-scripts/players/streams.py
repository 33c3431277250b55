"""A camera with a clock in its pictures, and the proxy in front of it."""
import os
import subprocess
import time

import children
import clockpicture

_HERE = os.path.dirname(os.path.abspath(__file__))


class Stream:
    """kind: an encoder of clockcam.py, with "+aac" for a second track."""

    def __init__(self, kind, gop_seconds):
        encoder, _, audio = kind.partition("+")
        self.proxy = None
        port = children.free_port()
        self.camera = children.start(
            ["/usr/bin/python3", os.path.join(_HERE, "clockcam.py"), "--port", str(port), "--encoder", encoder,
             "--key-interval", str(round(gop_seconds * clockpicture.FRAMES_PER_SECOND)), *(["--audio"] if audio else [])],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            self.camera_url = children.wait_for_line(self.camera, self.camera.stdout, "ready").split()[1]
            port = children.free_port()
            # TCP towards the camera: what is lost there is not the question here.
            self.proxy = children.start(
                [os.environ["FASTRTSPPROXY_BIN"], "-t", "-p", str(port), "--bind", "127.0.0.1", "--always-on", self.camera_url],
                stderr=subprocess.PIPE, text=True)
            children.wait_for_line(self.proxy, self.proxy.stderr, "using the URL")
            self._play_url = f"rtsp://127.0.0.1:{port}/proxyStream"
            # A whole group must be there.
            time.sleep(gop_seconds + 1.5)
        except BaseException:
            self.end()
            raise

    def url(self, mode):
        """mode: direct (the camera itself), default (what the proxy does unasked), or a start mode."""
        return self.camera_url if mode == "direct" else self._play_url if mode == "default" else f"{self._play_url}?start={mode}"

    def end(self):
        children.end(self.proxy)
        children.end(self.camera)
