"""A Darknet cfg as a PyTorch network, the loss of YOLOv3, and the decoding."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from darknet import numbers, parse_cfg


class Network(nn.Module):
    """The layers of a cfg; called with pictures (b, 3, side, side), gives the heads' maps."""

    def __init__(self, cfg):
        super().__init__()
        (_, net), *self.sections = parse_cfg(cfg)
        self.side = int(net["width"])
        self.layers = nn.ModuleList()
        self.heads = []  # (mask, anchors in parts of the square) of each head
        channels = []    # of each layer's output
        for i, (kind, values) in enumerate(self.sections):
            before = channels[-1] if channels else int(net["channels"])
            layer, after = nn.Identity(), before
            if kind == "convolutional":
                after = int(values["filters"])
                layer = convolution(before, values)
            elif kind == "maxpool":
                layer = nn.MaxPool2d(2, int(values["stride"]))
                if values["stride"] == "1":
                    layer = nn.Sequential(nn.ConstantPad2d((0, 1, 0, 1), -math.inf), layer)
            elif kind == "upsample":
                layer = nn.Upsample(scale_factor=int(values["stride"]), mode="nearest")
            elif kind == "route":
                after = sum(channels[source] for source in self.sources(i))
            elif kind == "yolo":
                pairs = torch.tensor(numbers(values["anchors"])).view(-1, 2) / self.side
                self.heads.append((numbers(values["mask"]), pairs))
            self.layers.append(layer)
            channels.append(after)

    def sources(self, i):
        """The layers that the route `i` joins."""
        places = numbers(self.sections[i][1]["layers"])
        return [place if place >= 0 else i + place for place in places]

    def forward(self, x):
        outputs, maps = [], []
        for i, (kind, _) in enumerate(self.sections):
            if kind == "route":
                x = torch.cat([outputs[source] for source in self.sources(i)], 1)
            else:
                x = self.layers[i](x)
            if kind == "yolo":
                maps.append(x)
            outputs.append(x)
        return maps

    def darknet_arrays(self):
        """The arrays of the weights file, in order."""
        arrays = []
        for (kind, values), layer in zip(self.sections, self.layers):
            if kind == "convolutional":
                normalised = "batch_normalize" in values
                arrays += normalisation(layer[1]) if normalised else [layer[0].bias]
                arrays.append(layer[0].weight)
        return [array.detach().float().cpu().numpy() for array in arrays]


def convolution(channels, values):
    """The layers of a section [convolutional]."""
    filters, size = int(values["filters"]), int(values["size"])
    normalised = "batch_normalize" in values
    layers = [nn.Conv2d(channels, filters, size, int(values["stride"]), size // 2,
                        bias=not normalised)]
    if normalised:
        layers.append(nn.BatchNorm2d(filters))
    if values["activation"] == "leaky":
        layers.append(nn.LeakyReLU(0.1))
    return nn.Sequential(*layers)


def normalisation(layer):
    """Bias, scale, mean and variance; Darknet adds 1e-5 to the variance, as PyTorch does."""
    return [layer.bias, layer.weight, layer.running_mean, layer.running_var]


def decode(output, mask, anchors):
    """A head's map -> boxes, objectness logits and class logits, all (b, a, rows, columns, n)."""
    count, _, rows, columns = output.shape
    output = output.float().view(count, len(mask), -1, rows, columns).permute(0, 1, 3, 4, 2)
    y, x = torch.meshgrid(torch.arange(rows, device=output.device),
                          torch.arange(columns, device=output.device), indexing="ij")
    corner = torch.stack([x, y], -1)
    grid = torch.tensor([columns, rows], device=output.device)
    centre = (output[..., :2].sigmoid() + corner) / grid
    size = output[..., 2:4].clamp(max=6).exp() * anchors[mask].view(1, len(mask), 1, 1, 2)
    return torch.cat([centre, size], -1), output[..., 4], output[..., 5:]


def candidates(maps, heads):
    """All boxes (b, n, 4) and scores (b, n, classes) of the heads' maps."""
    boxes, scores = [], []
    for output, (mask, anchors) in zip(maps, heads):
        box, thing, digit = decode(output, mask, anchors)
        boxes.append(box.flatten(1, 3))
        scores.append((thing.sigmoid()[..., None] * digit.sigmoid()).flatten(1, 3))
    return torch.cat(boxes, 1), torch.cat(scores, 1)


# --------------------------------------------------------------------------
# Loss
# --------------------------------------------------------------------------

def overlap(a, b):
    """Intersection over union of boxes whose shapes broadcast, and the corners of both."""
    a0, a1 = a[..., :2] - a[..., 2:] / 2, a[..., :2] + a[..., 2:] / 2
    b0, b1 = b[..., :2] - b[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2
    shared = (torch.minimum(a1, b1) - torch.maximum(a0, b0)).clamp(min=0).prod(-1)
    whole = a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - shared
    return shared / (whole + 1e-9), (a0, a1, b0, b1)


def complete_overlap(a, b):
    """The overlap, less a penalty for distant centres and for unlike shapes (CIoU)."""
    iou, (a0, a1, b0, b1) = overlap(a, b)
    hull = (torch.maximum(a1, b1) - torch.minimum(a0, b0)).square().sum(-1)
    far = (a[..., :2] - b[..., :2]).square().sum(-1) / (hull + 1e-9)
    unlike = (4 / math.pi ** 2) * (torch.atan(a[..., 2] / a[..., 3])
                                   - torch.atan(b[..., 2] / b[..., 3])).square()
    with torch.no_grad():
        weight = unlike / (1 - iou + unlike + 1e-9)
    return iou - far - weight * unlike


def best_anchors(sizes, anchors):
    """Index of the anchor that overlaps each size (..., 2) most."""
    def centred(wh):
        return torch.cat([torch.zeros_like(wh), wh], -1)

    return overlap(centred(sizes)[..., None, :], centred(anchors))[0].argmax(-1)


def loss(maps, heads, truths, ignore=0.7):
    """The loss of YOLOv3 per picture, with CIoU for the boxes.

    Truths are (b, m, 5): class and box in parts of the square, class -1 where
    there is none.  A truth belongs to the anchor whose shape is nearest, in
    the cell that holds its centre; other predictions that overlap a truth by
    more than `ignore` are not trained to see nothing.
    """
    real = truths[..., 0] >= 0
    total = 0.0
    for output, (mask, anchors) in zip(maps, heads):
        boxes, thing, digit = decode(output, mask, anchors)
        rows, columns = output.shape[2:]
        best = best_anchors(truths[..., 3:], anchors)
        mine = real & (best >= mask[0]) & (best <= mask[-1])
        picture, which = mine.nonzero(as_tuple=True)
        truth = truths[picture, which]
        cell = (picture, best[picture, which] - mask[0],
                (truth[:, 2] * rows).long().clamp(max=rows - 1),
                (truth[:, 1] * columns).long().clamp(max=columns - 1))
        with torch.no_grad():
            seen = overlap(boxes.flatten(1, 3)[:, :, None], truths[:, None, :, 1:])[0]
            seen = (seen * real[:, None]).amax(2).view_as(thing)
            wanted = torch.zeros_like(thing)
            wanted[cell] = 1
            counted = (seen <= ignore) | (wanted > 0)
        there = F.binary_cross_entropy_with_logits(thing, wanted, reduction="none")
        small = 2 - truth[:, 3] * truth[:, 4]
        classes = F.one_hot(truth[:, 0].long(), digit.shape[-1]).float()
        total = (total + (there * counted).sum()
                 + 2.5 * ((1 - complete_overlap(boxes[cell], truth[:, 1:])) * small).sum()
                 + F.binary_cross_entropy_with_logits(digit[cell], classes, reduction="sum"))
    return total / len(truths)
