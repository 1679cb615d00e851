# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Glassbox's visualization steps beside PyTorch's, alternating in the same run, and prints medians, spreads and the ratio.

PyTorch gets its best: the network cut at the target, weights frozen, the quicker of contiguous and channels_last, two threads.
Usage: python3 tests/bench/vision-peer.py CAFFEMODEL [--size 224] [--rounds 5] [--steps 12]   (needs torch and numpy)
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F

MODULES = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
TARGETS = [("conv2", 0, False), ("3b", 0, False), ("4a", 0, False), ("4a", 0, True), ("4e", 0, False), ("class", 488, False)]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """The (number, value) pairs of one protobuf message."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = data[at:at + 8], at + 8
        elif key & 7 == 5:
            value, at = data[at:at + 4], at + 4
        else:
            n, at = varint(data, at)
            value, at = data[at:at + n], at + n
        yield key >> 3, value


def read_caffemodel(path):
    """Layer name to its blobs, from the V1 wire format."""
    layers = {}
    with open(path, "rb") as file:
        content = memoryview(file.read())
    for number, layer in fields(content):
        if number != 2:
            continue
        name, blobs = None, []
        for key, value in fields(layer):
            if key == 4:
                name = bytes(value).decode()
            elif key == 6:
                dims, data = {}, None
                for k, v in fields(value):
                    if k == 5:
                        data = np.frombuffer(v, np.float32)
                    elif k <= 4:
                        dims[k] = v
                blobs.append(torch.tensor(data.reshape([dims.get(i, 1) for i in (1, 2, 3, 4)])))
        if blobs:
            layers[name] = blobs
    return layers


class Peer:
    """BVLC GoogLeNet up to a target layer."""

    def __init__(self, weights, target, channels_last):
        self.target = target
        self.weights = {}
        for name, (w, *b) in weights.items():
            if channels_last and w.shape[2] * w.shape[3] > 1:
                w = w.to(memory_format=torch.channels_last)
            self.weights[name] = (w, b[0].flatten() if b else None)

    def conv(self, x, name, **kwargs):
        w, b = self.weights[name]
        return F.relu(F.conv2d(x, w, b, **kwargs))

    def lrn(self, x):
        return F.local_response_norm(x, 5, 1e-4, .75, 1.)

    def pool(self, x):
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def module(self, x, m):
        p = f"inception_{m}/"
        return torch.cat([
            self.conv(x, p + "1x1"),
            self.conv(self.conv(x, p + "3x3_reduce"), p + "3x3", padding=1),
            self.conv(self.conv(x, p + "5x5_reduce"), p + "5x5", padding=2),
            self.conv(F.max_pool2d(x, 3, 1, 1), p + "pool_proj")], 1)

    def __call__(self, x):
        x = self.lrn(self.pool(self.conv(x, "conv1/7x7_s2", stride=2, padding=3)))
        x = self.conv(self.conv(x, "conv2/3x3_reduce"), "conv2/3x3", padding=1)
        if self.target == "conv2":
            return x
        x = self.pool(self.lrn(x))
        for m in MODULES:
            x = self.module(x, m)
            if m == self.target:
                return x
            if m in ("3b", "4e"):
                x = self.pool(x)
        w, b = self.weights["loss3/classifier"]
        return F.linear(x.mean((2, 3)), w.reshape(1000, 1024), b)


def fourier_scale(size):
    fy = np.fft.fftfreq(size)[:, None]
    fx = np.fft.rfftfreq(size)[None]
    return torch.tensor(size / np.maximum(np.sqrt(fx ** 2 + fy ** 2), 1 / size), dtype=torch.float32)[None, :, :, None]


class PeerRun:
    """One visualization in PyTorch: Fourier basis, decorrelated colour, one random affine transform, Adam."""

    def __init__(self, weights, target, unit, neuron, size, channels_last):
        self.network = Peer(weights, target, channels_last)
        self.unit, self.neuron, self.size, self.channels_last = unit, neuron, size, channels_last
        torch.manual_seed(0)
        self.spectrum = (torch.randn(3, size, size // 2 + 1, 2) * .01).requires_grad_()
        self.scale = fourier_scale(size)
        self.colour = torch.tensor([[.562829, .194825, .043295], [.584476, 0, -.108236], [.584476, -.194825, .064942]])
        self.mean = torch.tensor([104., 117., 123.]).reshape(1, 3, 1, 1)
        self.adam = torch.optim.Adam([self.spectrum], lr=.05)

    def step(self):
        begin = time.perf_counter()
        image = torch.fft.irfft2(torch.view_as_complex(self.spectrum * self.scale), s=(self.size, self.size)) / 4
        rgb = torch.sigmoid(torch.einsum("ij,jyx->iyx", self.colour, image))[None]
        angle, scale = np.radians(np.random.randint(-10, 11)), np.random.choice(np.linspace(.9, 1.1, 11))
        shift = np.random.randint(-6, 7, 2) * 2 / self.size
        rows = np.array([[np.cos(angle), -np.sin(angle), shift[0]], [np.sin(angle), np.cos(angle), shift[1]]]) / scale
        grid = F.affine_grid(torch.tensor(rows[None], dtype=torch.float32), [1, 3, self.size, self.size], align_corners=False)
        x = (F.grid_sample(rgb - .5, grid, align_corners=False) + .5).flip(1) * 255 - self.mean
        if self.channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        output = self.network(x)
        if output.dim() == 2:
            objective = output[0, self.unit]
        elif self.neuron:
            objective = output[0, self.unit, output.shape[2] // 2, output.shape[3] // 2]
        else:
            objective = output[0, self.unit].mean()
        self.adam.zero_grad()
        (-objective).backward()
        self.adam.step()
        with torch.no_grad():
            (rgb[0] * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous()
        return time.perf_counter() - begin


def glassbox_steps(cli, model, layer, unit, neuron, size, steps):
    """Seconds of each step but the first, as glassbox-cli reports them."""
    with tempfile.TemporaryDirectory() as folder:
        target = ["--class", str(unit)] if layer == "class" else ["--layer", layer, "--unit", str(unit)]
        if neuron:
            target += ["--objective", "neuron"]
        command = [cli, "visualize", "--model", model, *target, "--size", str(size), "--steps", str(steps), "--no-redirect", "--json", "-o", os.path.join(folder, "out.png")]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
    seconds = [json.loads(line)["seconds"] for line in lines]
    return [b - a for a, b in zip(seconds, seconds[1:])]


def measure(weights, cli, model, layer, unit, neuron, size, rounds, steps):
    peers = [PeerRun(weights, layer, unit, neuron, size, last) for last in (False, True)]
    for peer in peers:
        peer.step()
    times = {"contiguous": [], "channels_last": [], "glassbox": []}
    for _ in range(rounds):
        times["glassbox"].append(statistics.median(glassbox_steps(cli, model, layer, unit, neuron, size, steps)))
        for name, peer in zip(("contiguous", "channels_last"), peers):
            times[name].append(statistics.median(peer.step() for _ in range(steps // 2)))
    best = min(("contiguous", "channels_last"), key=lambda n: statistics.median(times[n]))
    ratios = sorted(p / g for p, g in zip(times[best], times["glassbox"]))
    row = {"target": layer + (" neuron" if neuron else ""), "size": size, "peer_layout": best,
           "glassbox_ms": round(1e3 * statistics.median(times["glassbox"]), 2), "pytorch_ms": round(1e3 * statistics.median(times[best]), 2),
           "ratio": round(statistics.median(ratios), 2), "ratio_min": round(ratios[0], 2), "ratio_max": round(ratios[-1], 2)}
    print(json.dumps(row), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--cli", default="build/app/glassbox-cli")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--target", action="append", help="only these layers")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    weights = read_caffemodel(arguments.model)
    for layer, unit, neuron in TARGETS:
        if not arguments.target or layer in arguments.target:
            measure(weights, arguments.cli, arguments.model, layer, unit, neuron, arguments.size, arguments.rounds, arguments.steps)
    return 0


if __name__ == "__main__":
    sys.exit(main())
