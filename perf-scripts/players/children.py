"""Programs that this measurement starts: each ends with it, by its own process id, whatever happens."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading


def start(arguments, **options):
    """The kernel ends it when the thread that started it ends (setpriv --pdeathsig), so that an aborted run leaves nothing behind."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *arguments], stdin=subprocess.DEVNULL, **options)


def end(process):
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    """For TCP; of the range that the kernel does not hand out."""
    first = 20000 + os.getpid() * 7 % 9000
    for port in range(first, 30000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    sys.exit("no free port")


def wait_for_line(process, stream, text, seconds=15):
    """The first line with that text; the rest of the stream is read away, so that the program never waits for a reader."""
    found, ready, seen = [], threading.Event(), []

    def read():
        for line in stream:
            if not found:
                seen.append(line)
                if text in line:
                    found.append(line.strip())
                    ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(seconds) or not found:
        end(process)
        sys.exit(f"not within {seconds} s: '{text}' from {process.args[3]}\n{''.join(seen)}")
    return found[0]


class Lines:
    """What a program says on its standard error."""

    def __init__(self, stream):
        self.lines = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            self.lines.append(line.decode(errors="replace").rstrip())

    def all(self):
        """When the program has ended."""
        self._thread.join(2)
        return self.lines


def missing(programs):
    return [program for program in programs if shutil.which(program) is None]
