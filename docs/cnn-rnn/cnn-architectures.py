"""Evidence for cnn-architectures: parameters, work, depth and receptive field of nine networks, layer by layer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from qa import figure


@dataclass
class Net:
    """A network being built: shape so far, and what it has cost."""

    channels: int
    side: int
    params: int = 0
    work: int = 0  # multiply-adds
    depth: int = 0  # layers with weights on the longest path
    field: int = 1  # receptive field, in pixels
    step: int = 1  # pixels between neighboring positions of the map

# --8<-- [start:net]
    def slide(self, k: int, stride: int, pad: int, ceil: int = 0) -> None:
        self.side = (self.side + 2 * pad - k + ceil) // stride + 1
        self.field += (k - 1) * self.step
        self.step *= stride

    def conv(self, out: int, k: int, stride: int = 1, pad: int = -1,
             groups: int = 1, extra: int = 2) -> Net:
        """`extra` = parameters per channel: 1 bias, 2 batch norm."""
        self.slide(k, stride, k // 2 if pad < 0 else pad)
        weights = out * (self.channels // groups) * k * k
        self.params += weights + extra * out
        self.work += weights * self.side**2
        self.depth, self.channels = self.depth + 1, out
        return self
# --8<-- [end:net]

    def pool(self, k: int, stride: int, pad: int = 0, ceil: int = 0) -> Net:
        self.slide(k, stride, pad, ceil)
        return self

    def dense(self, out: int, inputs: int = 0) -> Net:
        weights = out * (inputs or self.channels)
        self.params, self.work = self.params + weights + out, self.work + weights
        self.depth, self.channels, self.side = self.depth + 1, out, 1
        return self

    def norm(self, per_channel: int = 2) -> Net:
        self.params += per_channel * self.channels
        return self

    def beside(self, path: Callable[[Net], Net]) -> Net:
        """Count a side path (projection, squeeze and excitation) that does not lengthen the main one."""
        end = path(copy.copy(self))
        self.params, self.work = end.params, end.work
        return self

    def fork(self, *paths: Callable[[Net], Net]) -> Net:
        """Parallel paths whose outputs are concatenated."""
        ends = [path(copy.copy(self)) for path in paths]
        self.params += sum(end.params - self.params for end in ends)
        self.work += sum(end.work - self.work for end in ends)
        self.depth, self.field = max(e.depth for e in ends), max(e.field for e in ends)
        self.channels, self.side, self.step = sum(e.channels for e in ends), ends[0].side, ends[0].step
        return self


# --8<-- [start:lenet]
def lenet5_1998() -> dict[str, tuple[int, int]]:
    """Trainable parameters and connections of LeNet-5, layer by layer."""
    table = 6 * 3 + 9 * 4 + 1 * 6  # 6 maps see 3 inputs, 9 see 4, 1 sees all
    return {
        "C1": (6 * (25 + 1), 28**2 * 6 * (25 + 1)),
        "S2": (6 * 2, 14**2 * 6 * (4 + 1)),  # one weight and one bias a map
        "C3": (table * 25 + 16, 10**2 * (table * 25 + 16)),
        "S4": (16 * 2, 5**2 * 16 * (4 + 1)),
        "C5": (120 * (16 * 25 + 1), 120 * (16 * 25 + 1)),
        "F6": (84 * (120 + 1), 84 * (120 + 1)),
        "RBF": (0, 10 * 84),  # fixed bitmaps of the ten digits
    }
# --8<-- [end:lenet]


def lenet5() -> Net:
    """LeNet-5 as it is taught today: all channels connected, no trainable pooling, a dense layer at the end."""
    net = Net(1, 32).conv(6, 5, pad=0, extra=1).pool(2, 2).conv(16, 5, pad=0, extra=1).pool(2, 2)
    return net.dense(120, 400).dense(84).dense(10)


def alexnet(widths: tuple[int, ...] = (96, 256, 384, 384, 256), groups: int = 2, side: int = 227, pad: int = 0) -> Net:
    a, b, c, d, e = widths
    net = Net(3, side).conv(a, 11, 4, pad, extra=1).pool(3, 2).conv(b, 5, groups=groups, extra=1).pool(3, 2)
    net.conv(c, 3, extra=1).conv(d, 3, groups=groups, extra=1).conv(e, 3, groups=groups, extra=1).pool(3, 2)
    return net.dense(4096, e * 36).dense(4096).dense(1000)


def vgg16() -> Net:
    net = Net(3, 224)
    for width, repeat in (64, 2), (128, 2), (256, 3), (512, 3), (512, 3):
        for _ in range(repeat):
            net.conv(width, 3, extra=1)
        net.pool(2, 2)
    return net.dense(4096, 512 * 49).dense(4096).dense(1000)


INCEPTION = (
    (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (),
    (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128), (),
    (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
)  # fmt: skip


def inception(net: Net, one: int, r3: int, three: int, r5: int, five: int, proj: int) -> Net:
    return net.fork(
        lambda n: n.conv(one, 1, extra=1),
        lambda n: n.conv(r3, 1, extra=1).conv(three, 3, extra=1),
        lambda n: n.conv(r5, 1, extra=1).conv(five, 5, extra=1),
        lambda n: n.pool(3, 1, 1).conv(proj, 1, extra=1),
    )


def googlenet() -> Net:
    """Without the two auxiliary classifiers, which are dropped after training."""
    net = Net(3, 224).conv(64, 7, 2, extra=1).pool(3, 2, ceil=1).conv(64, 1, extra=1).conv(192, 3, extra=1)
    net.pool(3, 2, ceil=1)
    for widths in INCEPTION:
        net = inception(net, *widths) if widths else net.pool(3, 2, ceil=1)
    return net.dense(1000)


def resnet50() -> Net:
    """As published: the stride stands in the first 1x1 convolution of a block."""
    net = Net(3, 224).conv(64, 7, 2).pool(3, 2, 1)
    for width, blocks in (64, 3), (128, 4), (256, 6), (512, 3):
        for i in range(blocks):
            stride = 2 if i == 0 and width > 64 else 1
            if i == 0:
                net.beside(lambda n, w=width, s=stride: n.conv(4 * w, 1, s))
            net.conv(width, 1, stride).conv(width, 3).conv(4 * width, 1)
    return net.dense(1000)


def densenet121() -> Net:
    net = Net(3, 224).conv(64, 7, 2).pool(3, 2, 1)
    for layers in 6, 12, 24, 16:
        for _ in range(layers):
            net.fork(lambda n: n, lambda n: n.norm().conv(128, 1).conv(32, 3, extra=0))
        net.norm()
        if layers != 16:
            net.conv(net.channels // 2, 1, extra=0).pool(2, 2)
    return net.dense(1000)


def squeeze(net: Net, hidden: int) -> Net:
    width, net.side = net.channels, 1
    return net.conv(hidden, 1, extra=1).conv(width, 1, extra=1)


def inverted(net: Net, out: int, k: int, stride: int, expand: int, se: bool) -> Net:
    """Inverted residual block: widen by a 1x1 convolution, filter each channel alone, narrow again."""
    start, wide = net.channels, net.channels * expand
    if expand > 1:
        net.conv(wide, 1)
    net.conv(wide, k, stride, groups=wide)
    if se:
        net.beside(lambda n: squeeze(n, start // 4))
    return net.conv(out, 1)


def mobile(stages: tuple[tuple[int, ...], ...], se: bool) -> Net:
    net = Net(3, 224).conv(32, 3, 2)
    for expand, out, repeat, stride, k in stages:
        for i in range(repeat):
            inverted(net, out, k, stride if i == 0 else 1, expand, se)
    return net.conv(1280, 1).dense(1000)


V2 = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 32, 3, 2, 3), (6, 64, 4, 2, 3), (6, 96, 3, 1, 3), (6, 160, 3, 2, 3),
      (6, 320, 1, 1, 3))  # fmt: skip
B0 = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5),
      (6, 320, 1, 1, 3))  # fmt: skip


def convnext_tiny() -> Net:
    """Layer normalization has 2 parameters a channel, the layer scale at the end of a block 1."""
    net = Net(3, 224)
    for width, blocks in (96, 3), (192, 3), (384, 9), (768, 3):
        if net.channels == 3:
            net.conv(width, 4, 4, 0, extra=3)
        else:
            net.norm().conv(width, 2, 2, 0, extra=1)
        for _ in range(blocks):
            net.conv(width, 7, groups=width, extra=3).conv(4 * width, 1, extra=1).conv(width, 1, extra=2)
    return net.norm().dense(1000)


NETS: dict[str, tuple[int, Net]] = {
    "LeNet-5": (1998, lenet5()),
    "AlexNet": (2012, alexnet()),
    "VGG-16": (2014, vgg16()),
    "GoogLeNet": (2014, googlenet()),
    "ResNet-50": (2015, resnet50()),
    "DenseNet-121": (2017, densenet121()),
    "MobileNetV2": (2018, mobile(V2, se=False)),
    "EfficientNet-B0": (2019, mobile(B0, se=True)),
    "ConvNeXt-T": (2022, convnext_tiny()),
}


def table() -> None:
    print("                 year  depth   parameters  multiply-adds  receptive field")
    for name, (year, net) in NETS.items():
        work = f"{net.work / 1e9:.2f} G" if net.work > 1e8 else f"{net.work / 1e6:.2f} M"
        print(f"{name:15}  {year}  {net.depth:5}  {net.params:11,}  {work:>13}  {net.field:15}")


def shares() -> None:
    for name, inputs in ("AlexNet", 9216), ("VGG-16", 25088):
        net = NETS[name][1]
        weights = inputs * 4096 + 4096**2 + 4096 * 1000
        share, work = (weights + 9192) / net.params, weights / net.work
        print(f"{name:7} three dense layers: {share:.0%} of parameters, {work:.0%} of multiply-adds")


def details() -> None:
    total, connections = (sum(column) for column in zip(*lenet5_1998().values(), strict=True))
    print(f"LeNet-5 of 1998: {total:,} trainable parameters, {connections:,} connections")
    print(f"AlexNet, first map: (224 - 11) / 4 + 1 = {(224 - 11) / 4 + 1}, (227 - 11) / 4 + 1 = {(227 - 11) // 4 + 1}")
    single = alexnet((64, 192, 384, 256, 256), 1, 224, 2)
    print(f"AlexNet, one-column version without groups: {single.params:,}")
    stack = Net(1, 224).conv(1, 3).conv(1, 3).conv(1, 3)
    print(f"three 3x3: field {stack.field}, {3 * 9} C^2 weights; one 7x7: field 7, {7 * 7} C^2 weights")
    layers = (3 * 3 * 256 * 384 + 384) + (3 * 3 * 192 * 384 + 384)
    ratio = NETS["AlexNet"][1].params / NETS["GoogLeNet"][1].params
    full, split = 9 * 256**2, 9 * 256 + 256**2
    print(f"3x3, 256 -> 256: {full:,} weights; depthwise + 1x1: {split:,} ({full / split:.1f} times fewer)")
    print(f"AlexNet has {ratio:.1f} times GoogLeNet's parameters, {layers:,} in its third and fourth layer")


PLACES = {  # offset of the label in points, alignment
    "AlexNet": (8, -4, "left"),
    "VGG-16": (-8, -4, "right"),
    "GoogLeNet": (-8, -6, "right"),
    "ResNet-50": (5, -15, "left"),
    "DenseNet-121": (-8, 0, "right"),
    "MobileNetV2": (-8, -4, "right"),
    "EfficientNet-B0": (9, -4, "left"),
    "ConvNeXt-T": (8, 5, "left"),
}


def draw() -> None:
    fig, ax = figure.new(height=3.4)
    for name, (dx, dy, align) in PLACES.items():
        year, net = NETS[name]
        color = figure.RED if name in ("AlexNet", "VGG-16") else figure.GREEN if net.work < 1e9 else figure.BLUE
        ax.plot(net.params / 1e6, net.work / 1e9, "o", color=color, markersize=7)
        place = (net.params / 1e6, net.work / 1e9)
        ax.annotate(f"{name} {year}", place, (dx, dy), textcoords="offset points", ha=align)
    ax.set(xscale="log", yscale="log", xlim=(0.9, 300), ylim=(0.2, 30))
    ax.set(xticks=[3, 10, 30, 100], xticklabels=["3", "10", "30", "100"])
    ax.set(yticks=[0.3, 1, 3, 10], yticklabels=["0.3", "1", "3", "10"])
    ax.minorticks_off()
    ax.set(xlabel="参数量 parameters (10⁶)", ylabel="乘加 multiply-adds (10⁹)")
    figure.save(fig, "cnn-architectures.svg")


if __name__ == "__main__":
    table()
    shares()
    details()
    draw()
