# SPDX-License-Identifier: GPL-3.0-or-later
"""Does in PyTorch what “glassbox-cli bench vision” times, once at a time and on request, so that the two can alternate.

Reads a JSON object a line on standard input and answers each with one on standard output:
  {"do": "open", "model": "inceptionv1" | "efficientnet-lite0", "path": WEIGHTS, "way": "contiguous" | "channels_last" | "lucent",
   "layer": NAME, "objective": "channel" | "neuron" | "class", "unit": N, "size": PIXELS, "batch": N}
                          sets a piece of work up: a step, or with a batch the classification of that many images  → {"id": N}
  {"do": "run", "id": N}     does it once                                                            → {"seconds": S}
  {"do": "check", "id": N}   what it computes from agreed parameters, without transforms             → {"values": […]}
  {"do": "close"}            forgets all work                                                        → {}
What fails is answered with {"error": SENTENCE}. The first line, unasked, is {"torch": VERSION, "threads": N}.

Weights are frozen and the network is cut at the target, except for the way “lucent”, which leaves both as that library does.
Usage: vision-peer.py THREADS   (needs torch)
"""
import json
import math
import random
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print(json.dumps({"error": "This python3 has no torch."}), flush=True)
    sys.exit(0)

LEARNING_RATE = .05
START_SD = .01
MODULES = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
# Expansion, kernel, stride, channels, blocks.
STAGES = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
# The square root of ImageNet's colour correlation over its largest column norm (lucid).
COLOUR = [[.562829, .194825, .043295], [.584476, 0, -.108236], [.584476, -.194825, .064942]]


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


def read_blob(message):
    dims, data = {}, None
    for key, value in fields(message):
        if key == 5:
            data = torch.frombuffer(bytearray(value), dtype=torch.float32)
        elif key <= 4:
            dims[key] = value
    return data.reshape([dims.get(i, 1) for i in (1, 2, 3, 4)])


def read_caffemodel(path):
    """Layer name to (weights, bias), from the V1 wire format."""
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
                blobs.append(read_blob(value))
        if len(blobs) == 2:
            layers[name] = (blobs[0], blobs[1].flatten())
    return layers


def read_efficientnet(path):
    """Name to (weights, bias), the batch normalisations folded into the convolutions."""
    file = torch.load(path, map_location="cpu", weights_only=True)
    layers = {"_fc": (file["_fc.weight"], file["_fc.bias"])}

    def fold(conv, norm):
        gain = file[norm + ".weight"] / torch.sqrt(file[norm + ".running_var"] + 1e-3)
        layers[conv] = (file[conv + ".weight"] * gain.reshape(-1, 1, 1, 1), file[norm + ".bias"] - file[norm + ".running_mean"] * gain)

    fold("_conv_stem", "_bn0")
    fold("_conv_head", "_bn1")
    for i in range(sum(stage[4] for stage in STAGES)):
        for conv, norm in (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
            if f"_blocks.{i}.{conv}.weight" in file:
                fold(f"_blocks.{i}.{conv}", f"_blocks.{i}.{norm}")
    return layers


class Network:
    """What networks share. Calling one gives the target layer: the rest is computed only where the network is not cut."""

    def __init__(self, weights, target, way):
        self.target, self.cut = target, way != "lucent"
        self.weights = {}
        for name, (w, b) in weights.items():
            if way == "channels_last" and w.dim() == 4:
                w = w.contiguous(memory_format=torch.channels_last)
            if way == "lucent":
                w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
            self.weights[name] = (w, b)

    def conv(self, x, name, **kwargs):
        w, b = self.weights[name]
        return F.conv2d(x, w, b, **kwargs)

    def __call__(self, pixels):
        """From (N, 3, H, W) RGB of 0 … 255."""
        target = None
        for name, value in self.layers(self.preprocess(pixels)):
            if name == self.target:
                target = value
                if self.cut:
                    break
        return target


class InceptionV1(Network):
    """BVLC GoogLeNet."""

    mean = torch.tensor([104., 117., 123.]).reshape(1, 3, 1, 1)

    @staticmethod
    def read(path):
        return read_caffemodel(path)

    def preprocess(self, pixels):
        return pixels.flip(1) - self.mean

    def relu(self, x, name, **kwargs):
        return F.relu(self.conv(x, name, **kwargs), inplace=True)

    def module(self, x, m):
        p = f"inception_{m}/"
        return torch.cat([
            self.relu(x, p + "1x1"),
            self.relu(self.relu(x, p + "3x3_reduce"), p + "3x3", padding=1),
            self.relu(self.relu(x, p + "5x5_reduce"), p + "5x5", padding=2),
            self.relu(F.max_pool2d(x, 3, 1, 1), p + "pool_proj")], 1)

    def layers(self, x):
        def lrn(x):
            return F.local_response_norm(x, 5, 1e-4, .75, 1.)

        def pool(x):
            return F.max_pool2d(x, 3, 2, ceil_mode=True)

        x = self.relu(x, "conv1/7x7_s2", stride=2, padding=3)
        yield "conv1", x
        x = self.relu(self.relu(lrn(pool(x)), "conv2/3x3_reduce"), "conv2/3x3", padding=1)
        yield "conv2", x
        x = pool(lrn(x))
        for m in MODULES:
            x = self.module(x, m)
            yield m, x
            if m in ("3b", "4e"):
                x = pool(x)
        w, b = self.weights["loss3/classifier"]
        yield "class", F.linear(x.mean((2, 3)), w.reshape(1000, 1024), b)[:, :, None, None]


class EfficientNetLite0(Network):
    @staticmethod
    def read(path):
        return read_efficientnet(path)

    def preprocess(self, pixels):
        return (pixels - 127) / 128

    def same(self, x, name, kernel, stride, groups=1):
        """TensorFlow's SAME: the odd pixel of padding goes below and to the right."""
        rows, columns = (max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in x.shape[2:])
        if rows % 2 == 0 and columns % 2 == 0:
            return self.conv(x, name, stride=stride, padding=(rows // 2, columns // 2), groups=groups)
        x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return self.conv(x, name, stride=stride, groups=groups)

    def layers(self, x):
        x = F.relu6(self.same(x, "_conv_stem", 3, 2), inplace=True)
        yield "stem", x
        index = 0
        for expansion, kernel, first_stride, channels, blocks in STAGES:
            for block in range(blocks):
                p, stride, before = f"_blocks.{index}.", first_stride if block == 0 else 1, x
                if expansion > 1:
                    x = F.relu6(self.conv(x, p + "_expand_conv"), inplace=True)
                x = F.relu6(self.same(x, p + "_depthwise_conv", kernel, stride, x.shape[1]), inplace=True)
                x = self.conv(x, p + "_project_conv")
                if stride == 1 and before.shape[1] == channels:
                    x = x + before
                yield f"block{index}", x
                index += 1
        x = F.relu6(self.conv(x, "_conv_head"), inplace=True)
        yield "head", x
        yield "class", F.linear(x.mean((2, 3)), *self.weights["_fc"])[:, :, None, None]


NETWORKS = {"inceptionv1": InceptionV1, "efficientnet-lite0": EfficientNetLite0}


def agreed(n):
    """Parameters that both sides know, about as large as random ones."""
    i = torch.arange(n, dtype=torch.int64)
    return (((i * i + 7 * i) % 1009) / 1008 - .5).to(torch.float32) * .04


def agreed_pixels(size, batch):
    y, x, c = (torch.arange(n, dtype=torch.int64) for n in (size, size, 3))
    x, y, c = x[None, None, :], y[None, :, None], c[:, None, None]
    return ((7 * x + 13 * y + 31 * c + x * y % 17 * 5) % 256).to(torch.float32)[None].repeat(batch, 1, 1, 1)


class Step:
    """One visualization: Fourier basis, decorrelated colour, one random affine sampling, network, Adam, 8-bit frame."""

    def __init__(self, network, request):
        self.network, self.size = network, request["size"]
        self.objective, self.unit = request["objective"], request["unit"]
        self.channels_last = request["way"] == "channels_last"
        rows, columns = torch.fft.fftfreq(self.size)[:, None], torch.fft.rfftfreq(self.size)[None]
        frequency = torch.sqrt(rows ** 2 + columns ** 2).clamp(min=1 / self.size)
        self.scale = (self.size / 4 / frequency)[None, :, :, None]
        self.colour = torch.tensor(COLOUR)
        self.transforms = True
        self.start(torch.randn(3, self.size, self.size // 2 + 1, 2) * START_SD)

    def start(self, spectrum):
        self.spectrum = spectrum.requires_grad_()
        self.adam = torch.optim.Adam([self.spectrum], lr=LEARNING_RATE, maximize=True, fused=True)

    def draw(self):
        """From the network's input to the image, both in −1 … 1."""
        if not self.transforms:
            return [[1., 0., 0.], [0., 1., 0.]]
        angle, scale = math.radians(random.randint(-10, 10)), 1 + .02 * random.randint(-5, 5)
        dx, dy = (2 * random.randint(-6, 6) / self.size for _ in range(2))
        c, s = math.cos(angle) / scale, math.sin(angle) / scale
        return [[c, -s, dx], [s, c, dy]]

    def evaluate(self):
        spectrum = torch.view_as_complex(self.spectrum * self.scale)
        image = torch.fft.irfft2(spectrum, s=(self.size, self.size))
        rgb = torch.sigmoid((self.colour @ image.flatten(1)).reshape(1, 3, self.size, self.size))
        grid = F.affine_grid(torch.tensor([self.draw()]), [1, 3, self.size, self.size], align_corners=False)
        x = (F.grid_sample(rgb - .5, grid, align_corners=False) + .5) * 255
        if self.channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        output = self.network(x)
        if self.objective == "layer":
            return rgb, output.square().mean()
        if self.objective == "neuron":
            return rgb, output[0, self.unit, output.shape[2] // 2, output.shape[3] // 2]
        return rgb, output[0, self.unit].mean()

    def ascend(self):
        rgb, objective = self.evaluate()
        self.adam.zero_grad()
        objective.backward()
        self.adam.step()
        return rgb, objective

    def run(self):
        begin = time.perf_counter()
        rgb, objective = self.ascend()
        with torch.no_grad():
            (rgb[0] * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous()
        objective.item()
        return time.perf_counter() - begin

    def check(self):
        """The target's mean square, the length of its gradient, and the mean square after a step of Adam."""
        objective, self.objective, self.transforms = self.objective, "layer", False
        self.start(agreed(self.spectrum.numel()).reshape(self.spectrum.shape))
        first = self.ascend()[1].item()
        length = self.spectrum.grad.norm().item()
        with torch.no_grad():
            second = self.evaluate()[1].item()
        self.objective, self.transforms = objective, True
        return [first, length, second]


class Classification:
    """Logits of a batch of images."""

    def __init__(self, network, request):
        layout = torch.channels_last if request["way"] == "channels_last" else torch.contiguous_format
        self.network = network
        self.pixels = agreed_pixels(request["size"], request["batch"]).contiguous(memory_format=layout)

    def run(self):
        begin = time.perf_counter()
        with torch.inference_mode():
            self.network(self.pixels)
        return time.perf_counter() - begin

    def check(self):
        with torch.inference_mode():
            return [self.network(self.pixels).square().mean().item()]


class Peer:
    def __init__(self):
        self.files, self.work = {}, []

    def open(self, request):
        network = NETWORKS[request["model"]]
        if request["path"] not in self.files:
            self.files[request["path"]] = network.read(request["path"])
        network = network(self.files[request["path"]], request["layer"], request["way"])
        self.work.append((Classification if request["batch"] else Step)(network, request))
        return {"id": len(self.work) - 1}

    def answer(self, request):
        if request["do"] == "open":
            return self.open(request)
        if request["do"] == "run":
            return {"seconds": self.work[request["id"]].run()}
        if request["do"] == "check":
            return {"values": self.work[request["id"]].check()}
        if request["do"] == "close":
            self.work.clear()
            return {}
        raise ValueError(f"“{request['do']}” is unknown.")


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    random.seed(0)
    peer = Peer()
    say({"torch": torch.__version__, "threads": threads})
    for line in sys.stdin:
        try:
            say(peer.answer(json.loads(line)))
        except Exception as error:  # whatever it is, the other side has to know
            say({"error": f"PyTorch failed: {type(error).__name__}: {error}"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
