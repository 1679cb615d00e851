#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how strong the waves of photographs are, and writes engine/vision/photo-spectrum-table.h.

usage: photo-spectrum.py FOLDER > engine/vision/photo-spectrum-table.h

FOLDER holds what was unpacked from packages of Debian 12, all of them under free licences:

    apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers
    for package in *.deb; do dpkg-deb -x $package FOLDER; done

Only the photographs among their pictures count (PHOTOS). Needs numpy and Pillow. What is computed is what
engine/vision/spectrum-meter.c does, so `visualize --spectrum FOLDER` of the same photographs comes out alike.
With --angles it says instead by how much the strength depends on the direction of a wave.
"""

import math
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

SIDE = 256  # pixels of the squares that are looked at
N_BANDS = 16
FIRST = 0.75 / SIDE  # cycles per pixel: the band of the slowest waves begins just below them
LAST = 0.7072  # and the last one ends just beyond the diagonal

# sigmoid⁻¹ of what is nearer to black or white than half a step of 8 bits is that of half a step.
LEAST_DISTANCE = 1 / 512

MIXING = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]]) / 0.461952

BACKGROUNDS = "usr/share/backgrounds"
PLASMA = "usr/share/wallpapers/%s/contents/images/2560x1600.jpg"
PHOTOS = (
    [
        f"{BACKGROUNDS}/{name}.jpg"
        for name in (
            "Bridge_by_Sander_Klootwijk",
            "Dragonfly_by_Bolly",
            "Kleiber_by_Lukas_Baubkus",
            "Picture_0B_by_freespace",
            "Picture_1A_by_freespace",
            "Wine_by_Jakkub_Mede",
            "aitzgorri_by_Aitzol_Berasategi",
            "free_by_Peter_Nerlich",
            "friends_by_Aitzol_Berasategi",
            "greentock_by_Peter_Nerlich",
            "life_by_Aitzol_Berasategi",
            "picosdeeuropa_by_Aitzol_Berasategi",
            "seeding_by_Clements_Engelhardt",
            "sunset_by_Aitzol_Berasategi",
            "umang_by_Abhishek_Mudgal",
        )
    ]
    + [
        f"{BACKGROUNDS}/mate/nature/{name}.jpg"
        for name in (
            "Blinds",
            "Dune",
            "FreshFlower",
            "Garden",
            "GreenMeadow",
            "LadyBird",
            "RainDrops",
            "Storm",
            "TwoWings",
            "Wood",
            "YellowFlower",
        )
    ]
    + [
        PLASMA % name
        for name in ("Autumn", "BytheWater", "ColorfulCups", "EveningGlow", "FallenLeaf", "Kite", "OneStandsOut", "Path")
    ]
)


def find_frequencies():
    y = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))[:, None] / SIDE
    return np.hypot(y, np.arange(SIDE // 2 + 1)[None, :] / SIDE)


def find_bands(frequencies):
    ratio = math.log(LAST / FIRST)
    with np.errstate(divide="ignore"):
        bands = np.floor(N_BANDS * np.log(frequencies / FIRST) / ratio)
    bands[0, 0] = -1
    return bands.astype(int)


def lay_squares(photo):
    """As few squares as cover it, at equal distances, its shorter side resized to theirs."""
    width, height = photo.size
    zoom = SIDE / min(width, height)
    photo = photo.resize((max(round(width * zoom), SIDE), max(round(height * zoom), SIDE)), Image.Resampling.BICUBIC)
    longer = max(photo.size)
    n = math.ceil(longer / SIDE)
    for i in range(n):
        at = round((longer - SIDE) * (i / (n - 1) if n > 1 else 0.5))
        x, y = (at, 0) if photo.size[0] >= photo.size[1] else (0, at)
        yield np.asarray(photo.crop((x, y, x + SIDE, y + SIDE)), dtype=float) / 255


def find_amplitudes(square):
    """(3, rows, columns): |F| over the root of the pixels, of the planes before the colour map, without mean."""
    x = np.clip(square, LEAST_DISTANCE, 1 - LEAST_DISTANCE)
    planes = np.moveaxis(np.log(x / (1 - x)) @ np.linalg.inv(MIXING).T, -1, 0)
    hann = np.sin(np.pi * (np.arange(SIDE) + 0.5) / SIDE) ** 2
    window = hann[:, None] * hann[None, :]
    means = (planes * window).sum((1, 2)) / window.sum()
    windowed = (planes - means[:, None, None]) * window
    return np.abs(np.fft.rfft2(windowed)) / math.sqrt((window**2).sum())


def measure(root):
    spectra = []
    for name in PHOTOS:
        with Image.open(root / name) as file:
            photo = ImageOps.exif_transpose(file).convert("RGB")
        spectra.append(np.mean([find_amplitudes(square) for square in lay_squares(photo)], 0))
    return np.mean(spectra, 0), spectra


def print_table(mean, n_photos):
    frequencies, rows = find_frequencies(), []
    bands = find_bands(frequencies)
    for band in range(N_BANDS):
        chosen = bands == band
        middle = math.exp(np.log(frequencies[chosen]).mean())
        rows.append((middle, *[mean[plane][chosen].mean() for plane in range(3)]))
    print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
    print(f"/* How strong the waves of {n_photos} photographs are; written by scripts/photo-spectrum.py. */")
    print("#pragma once\n\n/* clang-format off */\n#define GBOX_PHOTO_SPECTRUM_TABLE \\")
    print(" \\\n".join(
        '  "%s%s"' % ("," if i > 0 else "", ":".join(f"{number:.4g}" for number in row)) for i, row in enumerate(rows)
    ))
    print("/* clang-format on */")


def print_angles(mean):
    """How much the strength of light varies with the angle, beside how much it does with the frequency."""
    frequencies = find_frequencies()
    bands = find_bands(frequencies)
    y = np.fft.fftfreq(SIDE)[:, None] * np.ones((1, SIDE // 2 + 1))
    x = np.arange(SIDE // 2 + 1)[None, :] / SIDE * np.ones((SIDE, 1))
    angles = np.degrees(np.arctan2(np.abs(y), x))
    for band in range(4, N_BANDS - 1):
        means = [
            mean[0][(bands == band) & (angles >= first) & (angles < first + 22.6)].mean()
            for first in (0, 22.5, 45, 67.5)
        ]
        print(f"band {band:2}:", " ".join(f"{m / np.mean(means):.2f}" for m in means))


def main():
    mean, spectra = measure(pathlib.Path(sys.argv[-1]))
    if "--angles" in sys.argv:
        print_angles(mean)
    else:
        print_table(mean, len(spectra))


if __name__ == "__main__":
    main()
