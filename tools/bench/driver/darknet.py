"""Darknet's two files: a .cfg with other sizes or widths, and random weights for it."""
from dataclasses import dataclass

import numpy as np


@dataclass
class Section:
    name: str
    values: dict

    def number(self, key, default=0):
        return int(self.values.get(key, default))


def read_cfg(path):
    sections = []
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            sections.append(Section(line.strip("[]"), {}))
        elif "=" in line:
            key, value = line.split("=", 1)
            sections[-1].values[key.strip()] = value.strip()
    return sections


def write_cfg(sections, path):
    with open(path, "w") as file:
        for section in sections:
            file.write(f"[{section.name}]\n")
            file.writelines(f"{key}={value}\n" for key, value in section.values.items())
            file.write("\n")


def with_side(sections, side):
    """The network for square pictures of another size; its weights stay the same."""
    net = Section(sections[0].name, sections[0].values | {"width": side, "height": side})
    return [net, *sections[1:]]


def with_width(sections, factor):
    """The network with other numbers of filters; those in front of a [yolo] stay."""
    result = []
    for section, after in zip(sections, [*sections[1:], None]):
        is_head = after is not None and after.name == "yolo"
        if section.name == "convolutional" and not is_head:
            filters = round(section.number("filters") * factor)
            section = Section(section.name, section.values | {"filters": filters})
        result.append(section)
    return result


def write_random_weights(sections, path, seed=1):
    """Weights that keep the magnitude of activations: normal, by the number of inputs (He)."""
    rng = np.random.default_rng(seed)
    channels = []  # of each layer's output
    with open(path, "wb") as file:
        np.array([0, 2, 0], "<i4").tofile(file)  # version
        np.array([0], "<u8").tofile(file)        # pictures seen
        for section in sections[1:]:
            before = channels[-1] if channels else sections[0].number("channels")
            if section.name == "convolutional":
                write_convolution(section, before, rng, file)
            channels.append(output_channels(section, before, channels))


def output_channels(section, before, channels):
    if section.name == "convolutional":
        return section.number("filters")
    if section.name == "route":
        layers = [int(layer) for layer in section.values["layers"].split(",")]
        return sum(channels[layer] for layer in layers)  # a negative one counts from here
    return before


def write_convolution(section, inputs, rng, file):
    filters, size = section.number("filters"), section.number("size")
    np.zeros(filters, "<f4").tofile(file)  # biases
    if section.number("batch_normalize"):
        for value in (1, 0, 1):            # scales, means, variances
            np.full(filters, value, "<f4").tofile(file)
    fan_in = inputs * size * size
    weights = rng.normal(0, np.sqrt(2 / fan_in), filters * fan_in)
    weights.astype("<f4").tofile(file)
