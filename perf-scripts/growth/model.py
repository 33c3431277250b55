"""The rows of growth.sh: a table, the data of the plot, and the model fitted to the proxy's rows.

The model: processor time a second = cameras x a + viewers x b + Mbit/s sent x c, and memory = d + cameras x e + viewers x f. Fitted by least squares of
the relative errors, so that one camera counts as much as 500; a coefficient that would come out below 0 is left out.
"""

import argparse
import collections
import statistics

Row = collections.namedtuple("Row", "sweep cameras viewers kbit over server cost cores packets seconds rss lost")


def read(path):
    """The medians of the repeated rows, in the order of the file."""
    rows = collections.OrderedDict()
    with open(path) as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            cell = line.rstrip("\n").split("\t")
            key = (cell[0], int(cell[1]), int(cell[2]), int(cell[3]), cell[4], cell[5])
            rows.setdefault(key, []).append([float(x) for x in cell[6:12]])
    return [Row(*key, *[statistics.median(column) for column in zip(*values)]) for key, values in rows.items()]


def left_out(path):
    """What the machine had no room for, a sentence each."""
    with open(path) as lines:
        return [line[1:].strip() for line in lines if line.startswith("#left out: ")]


def solve(matrix, right):
    """Gauss, with the largest pivot; None: the rows do not say enough."""
    size = len(right)
    rows = [list(line) + [value] for line, value in zip(matrix, right)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        if abs(rows[pivot][column]) < 1e-12:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for r in range(size):
            if r != column:
                factor = rows[r][column] / rows[column][column]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[column])]
    return [rows[r][size] / rows[r][r] for r in range(size)]


def fit(samples):
    """Coefficients of y by the x of (x, y), none below 0, and the median of the relative errors; None: too few rows."""
    width = len(samples[0][0]) if samples else 0
    used = list(range(width))
    while used:
        scaled = [([x[i] / y for i in used], 1.0) for x, y in samples if y > 0]
        normal = [[sum(x[i] * x[j] for x, _ in scaled) for j in range(len(used))] for i in range(len(used))]
        found = solve(normal, [sum(x[i] * y for x, y in scaled) for i in range(len(used))])
        if found is None:
            return None
        if min(found) >= 0:
            whole = [0.0] * width
            for index, value in zip(used, found):
                whole[index] = value
            errors = [abs(sum(a * b for a, b in zip(whole, x)) / y - 1) for x, y in samples if y > 0]
            return whole, statistics.median(errors)
        used.pop(found.index(min(found)))
    return None


def table(rows):
    print("| cameras | viewers | kbit/s | over | µs a packet: floor | proxy | ratio | cores: proxy | RSS MB: floor | proxy | lost: proxy |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for key in collections.OrderedDict.fromkeys(row[1:5] for row in rows):
        pair = {row.server: row for row in rows if row[1:5] == key}
        floor, proxy = pair.get("floor"), pair.get("proxy")
        ratio = f"{proxy.cost / floor.cost:.2f}" if floor and proxy and floor.cost > 0 else "-"
        cell = lambda row, form, name: form.format(getattr(row, name)) if row else "-"
        print(f"| {key[0]} | {key[1]} | {key[2]} | {key[3]} | {cell(floor, '{:.2f}', 'cost')} | {cell(proxy, '{:.2f}', 'cost')} | {ratio} "
              f"| {proxy.cost * proxy.packets / proxy.seconds / 1e6 if proxy else 0:.3f} | {cell(floor, '{:.1f}', 'rss')} | {cell(proxy, '{:.1f}', 'rss')} | {cell(proxy, '{:.0f}', 'lost')} |")


def plot_data(rows, work):
    for sweep, axis in (("cameras", "cameras"), ("viewers", "viewers")):
        found = {}
        for row in rows:
            if row.sweep == sweep:
                found[getattr(row, axis), row.over, row.server] = row
        columns = [("udp", "proxy"), ("udp", "floor"), ("tcp", "proxy"), ("tcp", "floor")]
        with open(f"{work}/{sweep}.dat", "w") as out:
            for x in sorted({key[0] for key in found}):
                cells = [f"{getattr(found[x, *c], name):.4f}" if (x, *c) in found else "-" for name in ("cost", "rss") for c in columns]
                print(x, *cells, file=out)


def model(rows):
    """Two lines of text for each way of serving; µs of processor time a second."""
    for over in collections.OrderedDict.fromkeys(row.over for row in rows):
        proxy = [row for row in rows if row.over == over and row.server == "proxy" and row.seconds > 0]
        time = fit([((row.cameras, row.viewers, row.viewers * row.kbit / 1000), row.cost * row.packets / row.seconds) for row in proxy])
        memory = fit([((1, row.cameras, row.viewers), row.rss) for row in proxy])
        if time is None or memory is None:
            print(f"{over.upper()}: too few rows for a model.\n")
            continue
        (camera, viewer, mbit), error = time
        (base, camera_mb, viewer_mb), memory_error = memory
        each = viewer + 2 * mbit  # a viewer of 2 Mbit/s
        four = max(0, 4 * 0.7e6 - 50 * camera) / each
        line = 10_000 / 2
        cores = (500 * camera + line * each) / 1e6
        print(f"- {over.upper()}: a second costs {camera:.0f} µs a camera, {viewer:.0f} µs a viewer and {mbit:.0f} µs for each Mbit/s sent (median error {100 * error:.0f} %); "
              f"{base:.1f} MB, {camera_mb:.2f} MB a camera and {1000 * viewer_mb:.1f} KB a viewer ({100 * memory_error:.0f} %). "
              f"So four cores at 70 % carry 50 cameras and {four:,.0f} viewers of 2 Mbit/s ({four * 2 / 1000:.1f} Gbit/s).")
        print(f"- On paper, 16 cores and 10 Gbit/s: the line is full with {line:,.0f} viewers of 2 Mbit/s, which with 500 cameras of 1 Mbit/s take {cores:.1f} cores and "
              f"{(base + 500 * camera_mb + line * viewer_mb) / 1000:.1f} GB (assumed: cores add up, and a packet costs there what it costs over loopback here).")


def main():
    parser = argparse.ArgumentParser()
    for name in ("rows", "work", "machine", "duration", "key-ratio"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    rows = read(options.rows)
    plot_data(rows, options.work)
    print("# How cost and memory grow\n")
    print("Made by `perf-scripts/growth.sh`: the proxy beside a bare C relay (the floor), by turns, over loopback; cameras over UDP. Processor time is the server's, by the scheduler.")
    print(f"{options.machine}; {options.duration} s a row; key frames {options.key_ratio} times the mean.\n")
    print("![Cost and memory against cameras and viewers](growth.svg)\n")
    model(rows)
    print()
    table(rows)
    for sentence in left_out(options.rows):
        print(f"\n{sentence[0].upper()}{sentence[1:]}.")


if __name__ == "__main__":
    main()
