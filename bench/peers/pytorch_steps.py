"""PyTorch as a contestant of bench/train; bench/contestant.h says what it is asked and answers.

usage: pytorch_steps.py [--tuned] [--channels-last] ASK

--tuned: fused SGD (for-each where the version has none on CPUs) and in-place ReLU.
Pictures lie in memory as bytes; gathering a batch and converting it to floats belongs to a step, as it does with us.
"""

import inspect
import json
import math
import platform
import sys
import time

began = time.process_time()
import torch
from torch import nn

import pytorch_network

import_seconds = time.process_time() - began

TIMED_PICTURES, FIRST_RESULTS = 1024, 3
TRIAL_PICTURES, TRIAL_VALIDATION, TRIAL_EPOCHS = 2048, 512, 3


def status_mib(field):
    with open("/proc/self/status") as status:
        return next(float(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))


class Pictures:
    """Noise, stored in the order of the network's activations."""

    def __init__(self, ask, count, channels_last):
        self.channels_last = channels_last
        channels, side = ask["channels"], ask["side"]
        form = (count, side, side, channels) if channels_last else (count, channels, side, side)
        self.pixels = torch.randint(0, 256, form, dtype=torch.uint8)
        self.labels = torch.randint(0, ask["classes"], (count,))
        self.order, self.next = torch.randperm(count), 0

    def batch(self, indices):
        pixels = self.pixels.index_select(0, indices)
        if self.channels_last:
            pixels = pixels.permute(0, 3, 1, 2)
            floats = pixels.to(torch.float32, memory_format=torch.channels_last)
        else:
            floats = pixels.to(torch.float32)
        return floats.mul_(1 / 255), self.labels.index_select(0, indices)

    def draw(self, count):
        if self.next + count > len(self.order):
            self.order, self.next = torch.randperm(len(self.order)), 0
        self.next += count
        return self.batch(self.order[self.next - count : self.next])


class Training:
    def __init__(self, ask, tuned, channels_last):
        self.tuned = tuned
        self.network = pytorch_network.make(ask, in_place=tuned)
        if channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
        self.criterion = nn.CrossEntropyLoss()
        options = {}
        if tuned:
            has_fused = "fused" in inspect.signature(torch.optim.SGD).parameters
            options = {"fused": True} if has_fused else {"foreach": True}
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.001, momentum=0.9, **options)

    def step(self, pixels, labels):
        if self.tuned:
            self.optimizer.zero_grad(set_to_none=True)
        else:
            self.optimizer.zero_grad()
        loss = self.criterion(self.network(pixels), labels)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class Steps:
    def __init__(self, ask, pictures, tuned, channels_last):
        self.batch, self.pictures = ask["batch"], pictures
        self.training = Training(ask, tuned, channels_last)

    def run(self):
        self.loss = self.training.step(*self.pictures.draw(self.batch))
        return self.batch

    def result(self):
        return self.loss.item()


class ForwardPasses:
    def __init__(self, ask, pictures, tuned, channels_last):
        self.batch, self.pictures = ask["batch"], pictures
        self.network = Training(ask, tuned, channels_last).network.eval()

    def run(self):
        with torch.inference_mode():
            self.logits = self.network(self.pictures.draw(self.batch)[0])
        return self.batch

    def result(self):
        return self.logits.sum().item()


class Trials:
    """Network, optimiser, epochs, each judged on the validation pictures."""

    def __init__(self, ask, pictures, tuned, channels_last):
        self.ask, self.pictures, self.form = ask, pictures, (tuned, channels_last)

    def run(self):
        training = Training(self.ask, *self.form)
        self.curve = []
        for _ in range(TRIAL_EPOCHS):
            losses = [training.step(*self.pictures.batch(indices))
                      for indices in torch.randperm(TRIAL_PICTURES).split(self.ask["batch"])]
            wrong = 0
            with torch.inference_mode():
                for indices in torch.arange(TRIAL_PICTURES, TRIAL_PICTURES + TRIAL_VALIDATION).split(256):
                    pixels, labels = self.pictures.batch(indices)
                    wrong += (training.network(pixels).argmax(1) != labels).sum().item()
            self.curve.append((torch.stack(losses).mean().item(), wrong / TRIAL_VALIDATION))
        return TRIAL_EPOCHS * TRIAL_PICTURES

    def result(self):
        return self.curve[-1][0]


def result_of(work):
    result = work.result()
    assert math.isfinite(result) and result != 0, "what is timed ends with a result"
    return result


def window(work, seconds):
    cpu, start, images = time.process_time(), time.perf_counter(), 0
    while True:
        images += work.run()
        if time.perf_counter() - start >= seconds:
            break
    result_of(work)
    return {"images": images, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - start}


def say(line):
    print(json.dumps(line), flush=True)


def main(flags, ask):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    mode = ask["mode"]
    channels_last = "--channels-last" in flags
    pictures = Pictures(ask, TRIAL_PICTURES + TRIAL_VALIDATION if mode == "trial" else TIMED_PICTURES, channels_last)
    before_mib = status_mib("VmRSS")
    kind = {"train": Steps, "evaluate": ForwardPasses, "trial": Trials}[mode]
    work = kind(ask, pictures, "--tuned" in flags, channels_last)
    first_results = []
    if mode != "trial":
        for _ in range(FIRST_RESULTS):
            work.run()
            first_results.append(result_of(work))
        window(work, 0.3)
    versions = {"torch": torch.__version__, "python": platform.python_version()}
    say({"versions": versions, "import_seconds": import_seconds, "before_mib": before_mib,
         "first_results": first_results})
    for line in sys.stdin:
        if line.strip() == "memory":
            say({"peak_mib": status_mib("VmHWM")})
        else:
            say(window(work, float(line.split()[1])))


if __name__ == "__main__":
    try:
        main(sys.argv[1:-1], json.loads(sys.argv[-1]))
    except Exception as error:
        say({"error": repr(error)})
        sys.exit(1)
