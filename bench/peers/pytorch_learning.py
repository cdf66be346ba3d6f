"""Trains in PyTorch what bench/learning trained: from its weights, in its order, on its pictures.

A line in: a point's folder, beside the pictures. A line out: {"errors", "training_losses": of each epoch, "versions"}.
A training whose loss is not finite ends there, as ours does.
"""

import json
import math
import pathlib
import sys

import numpy
import torch
from torch import nn

import pytorch_network


def set_weights(network, plain):
    """plain: the order of src/train/network.h, which is that of PyTorch's parameters."""
    at = 0
    with torch.no_grad():
        for parameter in network.parameters():
            values = plain[at : at + parameter.numel()]
            parameter.copy_(torch.from_numpy(values).view_as(parameter))
            at += parameter.numel()
    assert at == len(plain), "the weights are those of the network"


def groups(network, l2):
    """Biases have no penalty."""
    weights = [p for p in network.parameters() if p.dim() > 1]
    biases = [p for p in network.parameters() if p.dim() == 1]
    return weights, [{"params": weights, "weight_decay": l2}, {"params": biases}]


def train(folder):
    plan = json.loads((folder / "plan.json").read_text())
    shape = plan["shape"]
    side, channels = shape["side"], shape["channels"]
    pixels = numpy.fromfile(folder.parent / "pixels.u8", numpy.uint8).reshape(-1, side, side, channels)
    labels = torch.from_numpy(numpy.fromfile(folder.parent / "labels.i32", numpy.int32)).long()
    validation = torch.from_numpy(numpy.fromfile(folder.parent / "validation.i32", numpy.int32)).long()
    orders = torch.from_numpy(numpy.fromfile(folder / "orders.i32", numpy.int32)).long().view(plan["epochs"], -1)
    mean, scale = (numpy.array(plan[name][:channels], numpy.float32) for name in ("mean", "scale"))
    pictures = torch.from_numpy((pixels.astype(numpy.float32) - mean) * scale).permute(0, 3, 1, 2).contiguous()

    network = pytorch_network.make(shape)
    set_weights(network, numpy.fromfile(folder / "weights.f32", numpy.float32))
    weights, parameters = groups(network, plan["l2"])
    optimizer = torch.optim.SGD(parameters, lr=plan["learning_rate"], momentum=plan["momentum"])
    criterion = nn.CrossEntropyLoss()
    curve = {"errors": [], "training_losses": []}
    for order in orders:
        total = 0
        for indices in order.split(plan["batch_size"]):
            optimizer.zero_grad()
            loss = criterion(network(pictures[indices]), labels[indices])
            if not math.isfinite(loss.item()):
                return curve
            loss.backward()
            if plan["l1"]:
                for weight in weights:
                    weight.grad.add_(weight.detach().sign(), alpha=plan["l1"])
            optimizer.step()
            total += loss.item() * len(indices)
        with torch.inference_mode():
            logits = torch.cat([network(pictures[indices]) for indices in validation.split(256)])
        if not logits.isfinite().all():
            return curve
        wrong = (logits.argmax(1) != labels[validation]).sum().item()
        curve["errors"].append(wrong / len(validation))
        curve["training_losses"].append(total / len(order))
    return curve


def main():
    torch.set_num_threads(1)
    for line in sys.stdin:
        curve = train(pathlib.Path(line.strip()))
        print(json.dumps(curve | {"versions": {"torch": torch.__version__}}), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(json.dumps({"error": repr(error)}), flush=True)
        sys.exit(1)
