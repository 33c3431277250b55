#!/bin/bash
# What do viewers over rtsps cost, beside a plain TLS terminator (HAProxy) in front of the proxy's port in the clear?
#   perf-scripts/tls-cost.sh [OPTIONS]        OPTIONS: --help
. "$(dirname "$0")/tls/run.sh" cost "haproxy openssl" "$@"
