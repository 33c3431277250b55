#!/usr/bin/python3
"""A TCP viewer that pauses and then says nothing any more: paused.py URL. Prints "paused ADDRESS:PORT" with its own, and goes on reading until its connection ends."""
import re
import socket
import sys
import urllib.parse

from behind import ask


def main():
    url = sys.argv[1]
    at = urllib.parse.urlsplit(url)
    connection = socket.create_connection((at.hostname, at.port), 30)
    head, _ = ask(connection, 1, "SETUP", url + "/track1", "", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
    session = "Session: " + re.search(r"Session: ([^;\r\n]+)", head)[1] + "\r\n"
    ask(connection, 2, "PLAY", url, session)
    connection.recv(4096)
    ask(connection, 3, "PAUSE", url, session)
    print("paused", "{}:{}".format(*connection.getsockname()), flush=True)
    connection.settimeout(None)
    while connection.recv(65536):
        pass


if __name__ == "__main__":
    main()
