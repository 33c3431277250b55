"""One row of flood-fairness.sh from a report of rtspsim load.

    figures.py REPORT.json FIELD...     latency figures in ms, counts as they are; a field is a path: frameLatency.p99, packets.lost
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
values = []
for field in sys.argv[2:]:
    value = report
    for name in field.split("."):
        value = (value or {}).get(name)
    if field.startswith("frameLatency"):
        values.append("-" if value is None else f"{value / 1000:.1f}")
    else:
        values.append(str(value))
print(" ".join(values))
