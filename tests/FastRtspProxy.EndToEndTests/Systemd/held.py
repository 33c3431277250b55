"""Holds listening sockets and starts a program with them as a service manager does (sd_listen_fds(3)); again at each SIGUSR1, when it has ended.

held.py HOST:PORT[,HOST:PORT...] PROGRAM ARGUMENTS...
"""
import os
import signal
import socket
import sys

held = []
for place in sys.argv[1].split(','):
    host, port = place.rsplit(':', 1)
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # as systemd does where nothing else is said
    listener.bind((host.strip('[]'), int(port)))
    listener.listen()
    held.append(listener)

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
child = 0
while True:
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1, signal.SIGTERM})
        copies = [os.dup(listener.fileno()) for listener in held]
        high = [os.dup2(fd, 100 + i) for i, fd in enumerate(copies)]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i, inheritable=True)
        for fd in copies + high:
            if fd >= 3 + len(held):
                os.close(fd)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(held)), LISTEN_FDNAMES=':'.join('held' for _ in held))
        os.execv(sys.argv[2], sys.argv[2:])
    print(f'started {child}', flush=True)
    while True:
        got = signal.sigtimedwait({signal.SIGUSR1, signal.SIGTERM}, 0.05)
        if child and os.waitpid(child, os.WNOHANG)[0]:
            print(f'ended {child}', flush=True)
            child = 0
        if got is None:
            continue
        if got.si_signo == signal.SIGTERM:
            if child:
                os.kill(child, signal.SIGTERM)
                os.waitpid(child, 0)
            sys.exit(0)
        if not child:
            break
