#!/bin/bash
# What do TLS handshakes do to the latency of viewers in the clear?
#   perf-scripts/tls-handshakes.sh [OPTIONS]        OPTIONS: --help
. "$(dirname "$0")/tls/run.sh" handshakes "haproxy openssl" "$@"
