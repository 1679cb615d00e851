# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks through a folder of photographs with “glassbox-cli index” and with PyTorch, in turn, and prints how fast both are.

Both decode, cut and resize the same patches, with the same network, and take of every unit of every layer the largest mean over
positions and the largest value with its position. PyTorch decodes on a thread of its own, has JPEGs decoded smaller (Pillow's
draft), and is given all patches of a photograph as one batch. Seconds leave out starting and loading weights.
Then the folder is indexed a second time, which takes the whole command's time, and what both found is compared.
Usage: bench-index.py GLASSBOX-CLI FOLDER WEIGHTS [--model NAME] [--rounds N] [--threads N] [--way contiguous|channels_last]
(needs torch and Pillow)
"""
import argparse
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
SIDE, SCALES, AHEAD = 224, 2, 3
COMPARED = 8  # units whose largest mean is compared
FILTERS = {"inceptionv1": Image.Resampling.BILINEAR, "efficientnet-lite0": Image.Resampling.BICUBIC}


def load_networks():
    spec = importlib.util.spec_from_file_location("vision_peer", HERE / "vision-peer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.NETWORKS


def offsets(length):
    n = -(-length // SIDE)
    return [(length - SIDE) // 2] if n == 1 else [i * (length - SIDE) // (n - 1) for i in range(n)]


def read_patches(path, resample):
    """(N, 3, SIDE, SIDE), as engine/vision/photo-patches.c cuts them; photographs longer than eight times their width are not here."""
    image = Image.open(path)
    shorter = min(image.size)
    zoom = SIDE * 2 ** (SCALES - 1) / shorter
    image.draft("RGB", (int(image.width * zoom), int(image.height * zoom)))
    image = ImageOps.exif_transpose(image).convert("RGB")
    patches = []
    for scale in range(SCALES):
        side = SIDE << scale
        if scale > 0 and shorter < side:
            break
        size = [side * n // min(image.size) for n in image.size]
        pixels = torch.frombuffer(bytearray(image.resize(size, resample).tobytes()), dtype=torch.uint8)
        pixels = pixels.reshape(size[1], size[0], 3)
        patches += [pixels[y:y + SIDE, x:x + SIDE] for y in offsets(size[1]) for x in offsets(size[0])]
    return torch.stack(patches).permute(0, 3, 1, 2)


def index_with_torch(network, photos, resample, channels_last):
    """Seconds, patches, and the largest mean of the first units of each layer."""
    largest, n_patches = {}, 0
    begin = time.perf_counter()
    with torch.inference_mode(), concurrent.futures.ThreadPoolExecutor(1) as reader:
        ahead = [reader.submit(read_patches, path, resample) for path in photos[:AHEAD]]
        for i in range(len(photos)):
            patches = ahead.pop(0).result().float()
            if i + AHEAD < len(photos):
                ahead.append(reader.submit(read_patches, photos[i + AHEAD], resample))
            if channels_last:
                patches = patches.contiguous(memory_format=torch.channels_last)
            n_patches += len(patches)
            for name, value in network.layers(network.preprocess(patches)):
                means = value.mean((2, 3)).max(0).values
                value.flatten(2).max(2)
                largest[name] = torch.maximum(largest[name], means) if name in largest else means
    return time.perf_counter() - begin, n_patches, {name: means[:COMPARED].tolist() for name, means in largest.items()}


def index_with_glassbox(cli, model, folder, database, threads):
    """Seconds of the work, seconds of the whole command, patches."""
    begin = time.perf_counter()
    result = subprocess.run([cli, "index", "--json", "--model", model, "--scales", str(SCALES), "--database", database, folder],
                            check=True, capture_output=True, text=True, env={**os.environ, "GBOX_THREADS": str(threads)})
    whole = time.perf_counter() - begin
    last = json.loads(result.stdout.strip().splitlines()[-1])
    return last.get("seconds", 0.), whole, last.get("patches", 0)


def compare(cli, model, database, found):
    """The largest difference of a unit's largest mean, as a share of it."""
    worst = 0.
    for name in (list(found)[0], list(found)[len(found) // 2], "class"):
        for unit, expected in enumerate(found[name]):
            result = subprocess.run([cli, "examples", "--json", "--model", model, "--layer", name, "--unit", str(unit),
                                     "--top", "1", "--database", database], check=True, capture_output=True, text=True)
            got = json.loads(result.stdout)["max"]
            worst = max(worst, abs(got - expected) / max(abs(expected), 1.))
    return worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli")
    parser.add_argument("folder")
    parser.add_argument("weights")
    parser.add_argument("--model", default="inceptionv1", choices=FILTERS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--way", default="contiguous", choices=["contiguous", "channels_last"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    kind = load_networks()[options.model]
    network = kind(kind.read(options.weights), None, options.way)
    photos = sorted(str(p) for p in pathlib.Path(options.folder).iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    ours, theirs, seconds = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(options.rounds):
            database = os.path.join(folder, f"{i}.sqlite")
            work, whole, n_ours = index_with_glassbox(options.cli, options.weights, options.folder, database, options.threads)
            second = index_with_glassbox(options.cli, options.weights, options.folder, database, options.threads)[1]
            peer, n_theirs, found = index_with_torch(network, photos, FILTERS[options.model], options.way == "channels_last")
            if n_ours != n_theirs:
                sys.exit(f"{n_ours} patches here and {n_theirs} there: not the same work")
            ours.append(work)
            theirs.append(peer)
            seconds.append(second / whole)
            print(f"round {i + 1}: glassbox {len(photos) / work:.2f} photos/s, torch {len(photos) / peer:.2f}, ratio {peer / work:.2f}; "
                  f"second time {second:.2f} s of {whole:.2f} s", flush=True)
        difference = compare(options.cli, options.weights, database, found)
    print(json.dumps({"photos": len(photos), "patches": n_ours, "threads": options.threads, "torch": torch.__version__,
                      "glassbox_photos_per_second": len(photos) / statistics.median(ours),
                      "torch_photos_per_second": len(photos) / statistics.median(theirs),
                      "ratio": statistics.median(t / o for t, o in zip(theirs, ours)),
                      "second_time_share": statistics.median(seconds), "largest_difference": difference}))


if __name__ == "__main__":
    main()
