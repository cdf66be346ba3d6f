"""Runs an ONNX model in onnxruntime on raw pixels, knowing nothing of it but its own metadata.

usage: run_onnx.py MODEL PIXELS [WEIGHTS SHAPE]
  PIXELS   bytes [n][side][side][channels], as cut and scaled
  WEIGHTS  float32 in the plain order of src/train/network.h, with SHAPE, the network as JSON: then the first pictures
           are also computed in numpy, in float64, from these and not from the model

Prints {"classes": [name a picture], "probabilities": [[by class]], "plain": [[by class]] of the first pictures}.
"""

import json
import sys

import numpy as np
import onnxruntime

BATCH = 250
PLAIN_PICTURES = 8


def normalised_pictures(path, metadata):
    channels, side = int(metadata["channels"]), int(metadata["image_side"])
    pixels = np.fromfile(path, np.uint8).reshape(-1, side, side, channels).astype(np.float64) / 255
    mean, std = np.array(json.loads(metadata["mean"])), np.array(json.loads(metadata["std"]))
    return ((pixels - mean) / std).transpose(0, 3, 1, 2)


class PlainOrder:
    """Takes arrays from the front of the plain order."""

    def __init__(self, path):
        self.values = np.fromfile(path, np.float32).astype(np.float64)

    def take(self, *shape):
        count = int(np.prod(shape))
        taken, self.values = self.values[:count], self.values[count:]
        assert taken.size == count
        return taken.reshape(shape)


def convolution(maps, weights, biases):
    margin = weights.shape[2] // 2
    padded = np.pad(maps, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows, weights, optimize=True) + biases[:, None, None]


def pooling(maps):
    side = maps.shape[2] // 2
    whole = maps[:, :, : 2 * side, : 2 * side]
    return whole.reshape(*maps.shape[:2], side, 2, side, 2).max(axis=(3, 5))


def averages(maps, dense_side):
    side = maps.shape[2]
    if dense_side == 0 or dense_side >= side:
        return maps
    windows = [(i * side // dense_side, -(-(i + 1) * side // dense_side)) for i in range(dense_side)]
    rows = [[maps[:, :, a:b, c:d].mean(axis=(2, 3)) for c, d in windows] for a, b in windows]
    return np.array(rows).transpose(2, 3, 0, 1)


def plain_probabilities(pictures, shape, plain):
    values = pictures
    for layer in shape["conv"]:
        filters, size = layer["filters"], layer["size"]
        weights, biases = plain.take(filters, values.shape[1], size, size), plain.take(filters)
        values = pooling(np.maximum(convolution(values, weights, biases), 0))
        if shape["batch_norm"]:
            scale, shift, mean, variance = (plain.take(filters)[:, None, None] for _ in range(4))
            values = scale * (values - mean) / np.sqrt(variance + 1e-5) + shift
    values = averages(values, shape["dense_side"])
    values = values.reshape(len(values), -1)
    for units in shape["dense"]:
        weights, biases = plain.take(units, values.shape[1]), plain.take(units)
        values = np.maximum(values @ weights.T + biases, 0)
    weights, biases = plain.take(shape["classes"], values.shape[1]), plain.take(shape["classes"])
    logits = values @ weights.T + biases
    assert plain.values.size == 0
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def main(model, pixels, weights=None, shape=None):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["format_version"] == "1" and metadata["fit"] in ("crop", "pad"), metadata
    assert [i.name for i in session.get_inputs()] == ["image"], "one input"
    assert [o.name for o in session.get_outputs()] == ["probabilities"], "one output"
    assert session.get_inputs()[0].shape[0] == "batch", "any number of pictures"
    pictures = normalised_pictures(pixels, metadata)
    answers = []
    for first in range(0, len(pictures), BATCH):
        batch = pictures[first : first + BATCH].astype(np.float32)
        answers.append(session.run(["probabilities"], {"image": batch})[0])
    probabilities = np.concatenate(answers)
    names = json.loads(metadata["classes"])
    result = {
        "classes": [names[i] for i in probabilities.argmax(axis=1)],
        "probabilities": probabilities.tolist(),
    }
    if weights is not None:
        first = pictures[:PLAIN_PICTURES]
        result["plain"] = plain_probabilities(first, json.loads(shape), PlainOrder(weights)).tolist()
    json.dump(result, sys.stdout)


main(*sys.argv[1:])
