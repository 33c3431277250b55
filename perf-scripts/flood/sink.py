"""Reads whatever comes on a port and does nothing with it: what the machine itself, and the flooders' own work, do to everybody else. Prints its port, and ends with its parent's TERM."""
import selectors
import socket

listener = socket.create_server(("127.0.0.1", 0), backlog=128)
listener.setblocking(False)
events = selectors.DefaultSelector()
events.register(listener, selectors.EVENT_READ)
print(listener.getsockname()[1], flush=True)
while True:
    for key, _ in events.select():
        if key.fileobj is listener:
            link, _ = listener.accept()
            link.setblocking(False)
            events.register(link, selectors.EVENT_READ)
            continue
        try:
            gone = not key.fileobj.recv(1 << 16)
        except OSError:
            gone = True
        if gone:
            events.unregister(key.fileobj)
            key.fileobj.close()
