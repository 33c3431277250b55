#!/usr/bin/env bash
# How soon are hundreds of cameras described, playing, and back after all of them were away (a switch that reboots)?
#   perf-scripts/start-of-many.sh [--streams N] [--outage SECONDS] [--one-host] [--runs N]
#   perf-scripts/start-of-many.sh --viewers [--streams N] [--outage SECONDS] [--answer SECONDS] [--runs N]
# One simulated camera serves all streams, under as many addresses of loopback; with --one-host under one, as a recorder with many channels: the proxy then opens four at a time.
# Of each run: seconds from the proxy's start until all are described, and, always on, until all play; and from the camera's return, after so many seconds, until all play again.
# With --viewers each of 64 channels of one recorder has a viewer, and the recorder is away for 15 s, in which the viewers are held. It answers DESCRIBE after 0.2 s.
# Of each run: how many dialogues at a time were between connect and that answer after its return, when all play again, and how many viewers are in the sessions of before.
set -eu
. "$(dirname "$0")/opening/lib.sh"
case " $* " in *" --help "* | *" -h "*) usage; exit 0 ;; esac
need_binaries
measure=many.py
case " $* " in *" --viewers "*) measure=watched.py ;; esac
FASTRTSPPROXY_BIN=$proxy RTSPSIM_BIN=$sim exec python3 "$root/perf-scripts/opening/$measure" "$@"
