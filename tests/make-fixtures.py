#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the small weight files in tests/fixtures/ byte by byte, with nothing but Python's standard library.

    make-fixtures.py [FOLDER]           write them
    make-fixtures.py --check [FOLDER]   read those there with PyTorch (which has to be installed) and compare

Element i of every floating-point tensor is ((37 i) mod 101 - 50) / 16, which float16 and bfloat16 hold exactly.
"""
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import types
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C


def value(i):
    return ((37 * i) % 101 - 50) / 16


def count(shape):
    n = 1
    for size in shape:
        n *= size
    return n


def encode(kind, values):
    """The bytes of a list of numbers as safetensors' type KIND."""
    if kind == "BF16":
        return b"".join(struct.pack("<f", v)[2:] for v in values)
    code = {"F32": "f", "F16": "e", "F64": "d", "I64": "q", "I32": "i", "I16": "h", "I8": "b", "U8": "B", "BOOL": "?"}
    return struct.pack("<%d%s" % (len(values), code[kind]), *values)


# Protocol buffers ----------------------------------------------------------------------------------------------------


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, content):
    """A length-delimited field, or a varint if CONTENT is a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def floats(n):
    return [value(i) for i in range(n)]


def caffe_v1():
    """Two layers with blobs, one without, and an auxiliary head, as the converter of 2014 wrote them."""
    def blob(*shape):
        sizes = b"".join(field(1 + i, size) for i, size in enumerate(shape))
        return sizes + field(5, encode("F32", floats(count(shape))))

    layers = [
        field(2, b"data") + field(4, b"input") + field(5, 12),
        field(2, b"data") + field(3, b"conv1") + field(4, b"conv1/3x3") + field(5, 4)
        + field(6, blob(4, 3, 3, 3)) + field(6, blob(1, 1, 1, 4)),
        field(4, b"loss1/classifier") + field(5, 14) + field(6, blob(1, 1, 5, 4)) + field(6, blob(1, 1, 1, 5)),
    ]
    return field(1, b"fixture") + b"".join(field(2, layer) for layer in layers)


def caffe_v2():
    """The newer form: shapes of any rank, a blob of doubles, and floats that were not packed."""
    def shape(*sizes):
        return field(7, field(1, b"".join(varint(size) for size in sizes)))

    packed = shape(4, 6) + field(5, encode("F32", floats(24)))
    doubles = shape(4) + field(8, encode("F64", floats(4)))
    single = shape(3) + b"".join(varint(5 << 3 | 5) + struct.pack("<f", v) for v in floats(3))
    layers = [
        field(1, b"fc") + field(2, b"InnerProduct") + field(7, packed) + field(7, doubles),
        field(1, b"scale") + field(2, b"Scale") + field(7, single),
        field(1, b"prob") + field(2, b"Softmax"),
    ]
    return field(1, b"fixture") + b"".join(field(100, layer) for layer in layers)


# PyTorch -------------------------------------------------------------------------------------------------------------


class Storage:
    def __init__(self, key, kind, values):
        self.key, self.kind, self.values = key, kind, values


class Call:
    """A value that pickles as GLOBAL, arguments, REDUCE."""

    def __init__(self, module, name, *args):
        self.callee, self.args = stub(module, name), args

    def __reduce__(self):
        return self.callee, self.args


def stub(module, name):
    """A function the pickler finds under that name, made on the spot: PyTorch need not be there."""
    found = sys.modules.setdefault(module, types.ModuleType(module))
    if not hasattr(found, name):
        function = types.FunctionType((lambda *args: None).__code__, {}, name)
        function.__module__, function.__qualname__ = module, name
        setattr(found, name, function)
    return getattr(found, name)


STORAGE = {"F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage", "F64": "DoubleStorage",
           "I64": "LongStorage", "I32": "IntStorage", "I16": "ShortStorage", "I8": "CharStorage",
           "U8": "ByteStorage", "BOOL": "BoolStorage"}


class Pickler(pickle._Pickler):
    """The Python pickler, with the persistent ids of storages."""

    def __init__(self, file, protocol, legacy):
        super().__init__(file, protocol)
        self.legacy = legacy

    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        described = ("storage", stub("torch", STORAGE[obj.kind]), obj.key, "cpu", len(obj.values))
        return described + (None,) if self.legacy else described


def pickled(obj, protocol=2, legacy=False):
    out = io.BytesIO()
    Pickler(out, protocol, legacy).dump(obj)
    return out.getvalue()


def tensor(storage, offset, shape, strides):
    return Call("torch._utils", "_rebuild_tensor_v2", storage, offset, shape, strides, False, collections.OrderedDict())


def strides_of(shape):
    strides, n = [], 1
    for size in reversed(shape):
        strides.insert(0, n)
        n *= size
    return tuple(strides)


def torch_content():
    """A checkpoint with every kind of tensor that is read: (object, storages)."""
    shared = Storage("0", "F32", floats(48))
    storages = [shared]

    def plain(kind, shape, values=None):
        storage = Storage(str(len(storages)), kind, values if values is not None else floats(count(shape)))
        storages.append(storage)
        return tensor(storage, 0, shape, strides_of(shape))

    state = collections.OrderedDict()
    state["conv.weight"] = tensor(shared, 0, (4, 3, 2, 2), (12, 4, 2, 1))
    state["conv.transposed"] = tensor(shared, 0, (12, 4), (1, 12))
    state["conv.part"] = tensor(shared, 13, (3, 2), (7, 2))
    state["conv.bias"] = Call("torch._utils", "_rebuild_parameter", plain("F32", (4,)), True, collections.OrderedDict())
    state["bn.num_batches_tracked"] = plain("I64", (), [123456789012])
    state["half"] = plain("F16", (2, 3))
    state["brain"] = plain("BF16", (5,))
    state["double"] = plain("F64", (2, 2))
    state["empty"] = plain("F32", (0, 3), [])
    state["mask"] = plain("BOOL", (3,), [True, False, True])
    state["bytes"] = plain("U8", (3,), [0, 127, 255])
    state["epochs"] = 90
    checkpoint = {"epoch": 90, "best": 0.75, "arch": "fixture", "big": 1 << 70, "minus": -3, "none": None, "yes": True,
                  "list": [1, 2, (3, 4)], "size": Call("torch", "Size", (2, 3)), "state_dict": state}
    return checkpoint, storages


def torch_legacy():
    content, storages = torch_content()
    sizes = {"short": 2, "int": 4, "long": 4}
    out = pickled(MAGIC) + pickled(1001)
    out += pickled({"protocol_version": 1001, "little_endian": True, "type_sizes": sizes})
    out += pickled(content, legacy=True)
    out += pickled([storage.key for storage in storages])
    for storage in storages:
        out += struct.pack("<q", len(storage.values)) + encode(storage.kind, storage.values)
    return out


def torch_zip(compression, protocol, wrap=True):
    content, storages = torch_content()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo("fixture/" + name, (1980, 1, 1, 0, 0, 0)), data, compression)

        add("data.pkl", pickled(content if wrap else content["state_dict"], protocol))
        add("byteorder", b"little")
        for storage in storages:
            add("data/" + storage.key, encode(storage.kind, storage.values))
        add("version", b"3\n")
    return out.getvalue()


# safetensors ---------------------------------------------------------------------------------------------------------


def safetensors():
    entries = [("double", "F64", (2, 2)), ("weight", "F32", (4, 3, 2, 2)), ("half", "F16", (2, 3)), ("brain", "BF16", (5,)),
               ("scalar", "F32", ()), ("empty", "F32", (0, 3))]
    integers = [("long", "I64", [-1, 1 << 40]), ("int", "I32", [-1, 7]), ("short", "I16", [-300]),
                ("char", "I8", [-128, 127]), ("byte", "U8", [255]), ("bool", "BOOL", [True, False])]
    header, data = {"__metadata__": {"format": "pt", "note": "caf\u00e9 \"quoted\""}}, b""
    for name, kind, shape, values in ([(n, k, s, floats(count(s))) for n, k, s in entries]
                                      + [(n, k, (len(v),), v) for n, k, v in integers]):
        content = encode(kind, values)
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


# GGUF ----------------------------------------------------------------------------------------------------------------


def gguf_text(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf():
    """Every type of key and list, and a few types of tensors; Q8_0 holds sixteenths exactly."""
    numbers = {0: ("B", 200), 1: ("b", -3), 2: ("H", 60000), 3: ("h", -300), 4: ("I", 4000000000), 5: ("i", -70000), 6: ("f", 0.5),
               7: ("?", True), 10: ("Q", 1 << 40), 11: ("q", -1 << 40), 12: ("d", 0.1)}
    keys = [("general.architecture", 8, gguf_text("fixture")), ("text", 8, gguf_text("caf\u00e9")),
            ("words", 9, struct.pack("<IQ", 8, 3) + gguf_text("a") + gguf_text("") + gguf_text("bc")),
            ("reals", 9, struct.pack("<IQ2f", 6, 2, 1.5, -2)), ("flags", 9, struct.pack("<IQ2B", 7, 2, 1, 0)),
            ("none", 9, struct.pack("<IQ", 5, 0))]
    keys += [("number.%d" % kind, kind, struct.pack("<" + code, n)) for kind, (code, n) in numbers.items()]
    q8 = b"".join(struct.pack("<e32b", 1 / 16, *(round(16 * value(i)) for i in range(at, at + 32))) for at in (0, 32))
    tensors = [("weight", (4, 6), 0, encode("F32", floats(24))), ("half", (2, 3), 1, encode("F16", floats(6))),
               ("brain", (5,), 30, encode("BF16", floats(5))), ("eights", (2, 32), 8, q8)]
    infos, data = b"", b""
    for name, shape, kind, content in tensors:
        data += b"\0" * (-len(data) % 32)
        infos += gguf_text(name) + struct.pack("<I%dQIQ" % len(shape), len(shape), *reversed(shape), kind, len(data))
        data += content
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    head += b"".join(gguf_text(key) + struct.pack("<I", kind) + content for key, kind, content in keys) + infos
    return head + b"\0" * (-len(head) % 32) + data


# llama2.c ------------------------------------------------------------------------------------------------------------


def llama2c(shared):
    """A model of two layers."""
    dim, hidden, layers, heads, kv_heads, vocabulary, context = 8, 12, 2, 4, 2, 6, 3
    n = vocabulary * dim + layers * (2 * dim + 2 * dim * dim + 2 * dim * dim * kv_heads // heads + 3 * dim * hidden)
    n += dim + context * dim // heads + (0 if shared else vocabulary * dim)
    return struct.pack("<7i", dim, hidden, layers, heads, kv_heads, vocabulary if shared else -vocabulary, context) + encode("F32", floats(n))


def llama2c_tokenizer():
    """The special tokens, four bytes, and what "the" merges from."""
    tokens = [(0, b"<unk>"), (0, b"\n<s>\n"), (0, b"\n</s>\n"), (0, b"<0x0A>"), (0, b"<0xC3>"), (0, b"<0xA9>"), (-9, b" "), (-9, b"t"),
              (-9, b"h"), (-9, b"e"), (-1, b"th"), (-2, b"the")]
    return struct.pack("<i", 6) + b"".join(struct.pack("<fi", score, len(text)) + text for score, text in tokens)


FIXTURES = {
    "caffe-v1.caffemodel": caffe_v1,
    "caffe-v2.caffemodel": caffe_v2,
    "torch-legacy.pth": torch_legacy,
    "torch-zip.pth": lambda: torch_zip(zipfile.ZIP_STORED, 2),
    "torch-zip-deflated.pth": lambda: torch_zip(zipfile.ZIP_DEFLATED, 4, wrap=False),
    "small.safetensors": safetensors,
    "small.gguf": gguf,
    "llama2c.bin": lambda: llama2c(True),
    "llama2c-own-head.bin": lambda: llama2c(False),
    "tokenizer-llama2c.bin": llama2c_tokenizer,
}


def check(folder):
    import torch

    for name in FIXTURES:
        if not name.endswith(".pth"):
            continue
        state = torch.load(folder / name, weights_only=False)
        state = state.get("state_dict", state)
        base = torch.tensor(floats(48))
        expected = {"conv.weight": base.view(4, 3, 2, 2), "conv.transposed": base.view(4, 12).t(),
                    "conv.part": base.as_strided((3, 2), (7, 2), 13), "conv.bias": base[:4], "half": base[:6].view(2, 3).half(),
                    "brain": base[:5].bfloat16(), "double": base[:4].view(2, 2).double(), "empty": torch.zeros(0, 3),
                    "bn.num_batches_tracked": torch.tensor(123456789012), "mask": torch.tensor([True, False, True]),
                    "bytes": torch.tensor([0, 127, 255], dtype=torch.uint8)}
        for key, tensor_expected in expected.items():
            assert state[key].dtype == tensor_expected.dtype and torch.equal(state[key].data, tensor_expected), (name, key)
        print(name, "agrees with PyTorch", torch.__version__)


def main():
    args = [a for a in sys.argv[1:] if a != "--check"]
    folder = pathlib.Path(args[0] if args else pathlib.Path(__file__).parent / "fixtures")
    if "--check" in sys.argv:
        check(folder)
        return
    folder.mkdir(exist_ok=True)
    for name, make in FIXTURES.items():
        (folder / name).write_bytes(make())
        print(folder / name, (folder / name).stat().st_size)


main()
