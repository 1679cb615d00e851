# SPDX-License-Identifier: GPL-3.0-or-later
"""Indexes a folder of synthetic photographs twice with “glassbox-cli index”, and once more where it is killed on the way.

The second time nothing is to be done: the whole command, starting and loading the network included, is to take less than
2 % of the first time. Killed (SIGKILL) after a third, the index has to hold every photograph that was told, and at most the
one more that was being written; the same command then goes on with the rest, and is as quick again as if nothing had been.
Usage: index-twice.py GLASSBOX-CLI [--model NAME] [--photos N] [--width W] [--height H] (needs nothing but Python)
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib

BLOCK = 8  # pixels that are alike, as in soft light
TARGET = 0.02


def write_png(path, width, height, seed):
    """Blocks of random colours, brighter to one side."""
    generator = random.Random(seed)
    rows = []
    for y in range(0, height, BLOCK):
        row = bytearray()
        for x in range(0, width, BLOCK):
            row += bytes(min(255, generator.randrange(160) + 96 * x // width) for _ in range(3)) * min(BLOCK, width - x)
        rows += [b"\0" + row] * min(BLOCK, height - y)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(b"".join(rows), 1)) + chunk(b"IEND", b""))


def get_command(options, folder, database):
    return [options.cli, "index", "--json", "--model", options.model, "--database", database, folder]


def index(options, folder, database):
    """Seconds of the whole command, and what it found."""
    begin = time.perf_counter()
    result = subprocess.run(get_command(options, folder, database), capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(result.stderr)
    return time.perf_counter() - begin, json.loads(result.stdout.splitlines()[0])


def index_and_kill(options, folder, database):
    """Photographs that were told before the end."""
    process = subprocess.Popen(get_command(options, folder, database), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    told = 0
    for line in process.stdout:
        told = json.loads(line).get("done", told) if line.endswith("\n") else told
        if told >= options.photos // 3:
            process.kill()
            break
    for line in process.stdout:  # what was told before it died
        told = json.loads(line).get("done", told) if line.endswith("\n") else told
    process.wait()
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli")
    parser.add_argument("--model", default="inceptionv1")
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "photos")
        os.mkdir(folder)
        for i in range(options.photos):
            write_png(os.path.join(folder, f"{i:05}.png"), options.width, options.height, i)
        database = os.path.join(work, "whole.sqlite")
        first, found = index(options, folder, database)
        second, again = index(options, folder, database)
        if found["known"] != 0 or again["known"] != options.photos:
            sys.exit(f"{again['known']} of {options.photos} photographs are known the second time")
        killed = os.path.join(work, "killed.sqlite")
        told = index_and_kill(options, folder, killed)
        rest = index(options, folder, killed)[1]
        after, whole = index(options, folder, killed)
    result = {"photos": options.photos, "first_seconds": first, "second_seconds": second, "share": second / first,
              "told_before_kill": told, "known_after_kill": rest["known"], "third_seconds": after}
    print(json.dumps(result))
    if not told <= rest["known"] <= told + 1:
        sys.exit("The index does not hold what was told before it was killed.")
    if whole["known"] != options.photos:
        sys.exit("The index does not hold all photographs after it went on.")
    if second > TARGET * first:
        sys.exit(f"The second time took {100 * second / first:.1f} % of the first: more than {100 * TARGET:.0f} %.")


if __name__ == "__main__":
    main()
