"""The networks of src/train/network.h in PyTorch."""

from torch import nn


def make(shape, in_place=False):
    """shape: {"channels", "side", "conv": [[filters, size], ..], "dense": [units, ..], "classes"}."""
    layers, inputs, side = [], shape["channels"], shape["side"]
    for filters, size in shape["conv"]:
        layers += [nn.Conv2d(inputs, filters, size, padding=size // 2), nn.ReLU(inplace=in_place), nn.MaxPool2d(2)]
        inputs, side = filters, side // 2
    layers.append(nn.Flatten())
    inputs *= side * side
    for units in shape["dense"]:
        layers += [nn.Linear(inputs, units), nn.ReLU(inplace=in_place)]
        inputs = units
    layers.append(nn.Linear(inputs, shape["classes"]))
    return nn.Sequential(*layers)
