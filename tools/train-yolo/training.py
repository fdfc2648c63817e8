"""Rendering the training set, and training the network on it with PyTorch."""

import io
import os
import time
from multiprocessing import Pool

import numpy as np
import torch
from PIL import Image

import boxes
import network
from darknet import SIDE, cfg_text, write_weights
from render import MOST, NAMES, encode, font_paths, render

TRAIN_SEED, CHECK_SEED = 1, 4
CHUNK = 250  # pictures that one worker renders at a time


def sample(seed, index):
    """A rendered picture, by way of JPEG, as a square of bytes; and its truths (MOST, 5)."""
    picture, labels = render(seed, index)
    picture = Image.open(io.BytesIO(encode(picture)))
    square = boxes.letterbox(np.asarray(picture), SIDE)
    truths = np.full((MOST, 5), -1, np.float32)
    truths[:len(labels), 0] = labels[:, 0]
    truths[:len(labels), 1:] = boxes.into_square(labels[:, 1:], *picture.size, SIDE)
    return np.rint(square * 255).astype(np.uint8), truths


def samples(job):
    """The samples of a set from one index up to another, stacked."""
    seed, first, last = job
    squares, truths = zip(*(sample(seed, i) for i in range(first, last)))
    return np.stack(squares), np.stack(truths)


def sample_set(seed, count, processes):
    """Pictures (count, side, side, 3), bytes, and truths (count, MOST, 5)."""
    font_paths()
    squares = np.empty((count, SIDE, SIDE, 3), np.uint8)
    truths = np.empty((count, MOST, 5), np.float32)
    jobs = [(seed, i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
    with Pool(processes) as pool:
        for job, part in zip(jobs, pool.imap(samples, jobs)):
            squares[job[1]:job[2]], truths[job[1]:job[2]] = part
    return squares, truths


def fitted_anchors(truths):
    """Six anchors, in whole pixels of the square."""
    sizes = truths[truths[..., 0] >= 0][:, 3:].astype(np.float64) * SIDE
    return np.rint(boxes.fit_anchors(sizes[:20000], 6)).astype(int)


def as_input(squares):
    """Pictures of bytes (b, side, side, 3) as the network's input."""
    return squares.permute(0, 3, 1, 2).float() / 255


def train(net, squares, truths, options):
    """Train with AdamW, the rate rising shortly and falling along a cosine."""
    device = torch.device(options.device)
    half = torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")
    net.to(device, memory_format=torch.channels_last).train()
    heads = [(mask, anchors.to(device)) for mask, anchors in net.heads]
    squares, truths = squares.to(device), truths.to(device)
    steps = options.epochs * (len(squares) // options.batch)
    optimizer = torch.optim.AdamW(net.parameters(), options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, total_steps=steps, pct_start=0.05, cycle_momentum=False)
    begun = time.time()
    for epoch in range(options.epochs):
        order = torch.randperm(len(squares), device=device)
        total = torch.zeros((), device=device)
        batches = order[:len(order) // options.batch * options.batch].view(-1, options.batch)
        for rows in batches:
            with half:
                maps = net(as_input(squares[rows]))
            value = network.loss(maps, heads, truths[rows])
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 100.0)
            optimizer.step()
            schedule.step()
            total += value.detach()
        print("epoch %d: loss %.4f, %.0f s" % (
            epoch + 1, total.item() / len(batches), time.time() - begun), flush=True)
    return steps * options.batch


@torch.no_grad()
def evaluate(net, squares, truths, batch=250):
    """The scores of the network on a set, computed within the square."""
    net.eval()
    device = next(net.parameters()).device
    heads = [(mask, anchors.to(device)) for mask, anchors in net.heads]
    found = []
    for first in range(0, len(squares), batch):
        part = squares[first:first + batch].to(device)
        places, scores = network.candidates(net(as_input(part)), heads)
        found += [boxes.detect(p, s) for p, s in zip(places.cpu().numpy(), scores.cpu().numpy())]
    return boxes.scores_of(found, [t[t[:, 0] >= 0] for t in truths.numpy()])


def make(options):
    """Train, and write digits.cfg, digits.weights and digits.names."""
    torch.manual_seed(options.seed)
    torch.backends.cudnn.benchmark = True
    begun = time.time()
    squares, truths = sample_set(TRAIN_SEED, options.pictures, options.processes)
    check = sample_set(CHECK_SEED, options.check, options.processes)
    print("rendered in %.0f s" % (time.time() - begun), flush=True)
    cfg = cfg_text(fitted_anchors(truths))
    net = network.Network(cfg)
    print("%d parameters" % sum(p.numel() for p in net.parameters()))
    begun = time.time()
    seen = train(net, torch.from_numpy(squares), torch.from_numpy(truths), options)
    print("trained in %.0f s" % (time.time() - begun), flush=True)
    os.makedirs(options.out, exist_ok=True)
    base = os.path.join(options.out, "digits")
    with open(base + ".cfg", "w") as out:
        out.write(cfg)
    with open(base + ".names", "w") as out:
        out.write("".join(name + "\n" for name in NAMES))
    write_weights(base + ".weights", net.darknet_arrays(), seen)
    for name, part in (("first training pictures", (squares, truths)), ("check", check)):
        part = [torch.from_numpy(array[:options.check]) for array in part]
        print("%s: mAP@0.5 %.4f, mAP@0.5:0.95 %.4f" % (name, *evaluate(net, *part)), flush=True)
