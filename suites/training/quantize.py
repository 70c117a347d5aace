"""Turns a trained Network into the operators of a float and of an int8 .tflite.

int8 as TFLite specifies it: https://ai.google.dev/edge/litert/models/quantization_spec
"""

import copy
from dataclasses import dataclass

import numpy as np

from tflite import Operator, Tensor

KEEPS_SCALE = ('AVERAGE_POOL_2D', 'MAX_POOL_2D', 'RESHAPE')
PROBABILITY = ('LOGISTIC', 'SOFTMAX')


@dataclass(frozen=True)
class Grid:
    """What an int8 activation can say: real = scale * (q - zero_point)."""

    scale: np.float32
    zero_point: int

    @classmethod
    def spanning(cls, low, high):
        """The grid from `low` to `high`, widened so that it holds 0 exactly."""
        low, high = min(float(low), 0.0), max(float(high), 0.0)
        scale = np.float32((high - low) / 255)
        return cls(scale, int(np.rint(-128 - low / scale)))

    def snap(self, values):
        steps = values / self.scale + self.zero_point
        steps = np.clip(np.trunc(steps + np.copysign(0.5, steps)), -128, 127)  # halves away from 0, as pooling rounds
        return ((steps - self.zero_point) * self.scale).astype(np.float32)


class Int8Network:
    """A Network rounded to int8. `sample` calibrates: activations span what it makes them span.

    `input_range` is fixed by the sensor, and `logit_limit` bounds the logits: a probability is decided within a few
    units of 0, and a grid stretched to the largest logit ever seen would leave it a handful of distinct values.
    """

    def __init__(self, network, sample, input_range, logit_limit):
        self.network = network
        self.grids = [Grid.spanning(*input_range)]
        for index, output in enumerate(network.activations(sample)[1:]):
            is_logits = index == len(network.layers) - 2
            self.grids.append(self._grid(index, np.clip(output, -logit_limit, logit_limit) if is_logits else output))
        self.layers = [_round_parameters(layer) for layer in network.layers]

    def _grid(self, index, output):
        kind = self.network.layers[index].kind
        if kind in KEEPS_SCALE:
            return self.grids[index]
        if kind in PROBABILITY:
            return Grid(np.float32(1 / 256), -128)
        return Grid.spanning(output.min(), output.max())

    def predict(self, x):
        """Nearly what the int8 model answers: its fixed-point multipliers round twice, so some steps differ."""
        outputs = [self.grids[0].snap(x)]
        for layer, grid in zip(self.layers, self.grids[1:]):
            outputs.append(grid.snap(layer.forward(*(outputs[source] for source in layer.sources))))
        return outputs[-1]

    def operators(self, input_shape):
        return _operators(self.network, input_shape, self.grids)


def float_operators(network, input_shape):
    return _operators(network, input_shape, [None] * (len(network.layers) + 1))


def _operators(network, input_shape, grids):
    shapes = [output.shape for output in network.activations(np.zeros((1, *input_shape), np.float32))]
    names = ['input', *(f'{index}_{layer.kind.lower()}' for index, layer in enumerate(network.layers))]
    tensors = [_activation(*each) for each in zip(names, shapes, grids)]
    operators = []
    for index, layer in enumerate(network.layers):
        inputs = [tensors[index + 1 + source] for source in layer.sources]
        constants = _constants(layer, names[index + 1], grids[index])
        operators.append(Operator(layer.kind, inputs + constants, tensors[index + 1], layer.options))
    return operators


def _activation(name, shape, grid):
    if grid is None:
        return Tensor(name, shape, 'float32')
    return Tensor(name, shape, 'int8', scale=np.array([grid.scale]), zero_point=np.array([grid.zero_point]))


def _constants(layer, name, input_grid):
    """Weight and bias: int8 and int32 when there is a grid. The bias counts in input scale times weight scale."""
    if not len(layer.parameters):
        return []
    if input_grid is None:
        return [
            Tensor(f'{name}/{role}', values.shape, 'float32', values)
            for role, values in zip(('weight', 'bias'), layer.parameters)
        ]
    weight, scale, axis = _round_weight(layer)
    bias_scale = input_grid.scale * scale
    bias = np.rint(layer.bias / bias_scale).astype(np.int32)
    zeros = np.zeros(len(scale), np.int64)
    return [
        Tensor(f'{name}/weight', weight.shape, 'int8', weight, scale, zeros, axis),
        Tensor(f'{name}/bias', bias.shape, 'int32', bias, bias_scale, zeros),
    ]


def _round_weight(layer):
    """Symmetric int8 weights, their scales, and the axis these run along: a scale a channel, for FC one in all."""
    axis = 3 if layer.kind == 'DEPTHWISE_CONV_2D' else 0
    others = tuple(i for i in range(layer.weight.ndim) if i != axis)
    largest = np.abs(layer.weight).max(None if layer.kind == 'FULLY_CONNECTED' else others, keepdims=True)
    scale = (np.maximum(largest, 1e-6) / 127).astype(np.float32)
    return np.rint(layer.weight / scale).astype(np.int8), scale.ravel(), axis


def _round_parameters(layer):
    if not len(layer.parameters):
        return layer
    weight, scale, axis = _round_weight(layer)
    along_axis = [1] * weight.ndim
    along_axis[axis] = -1
    rounded = copy.copy(layer)
    rounded.parameters = [weight * scale.reshape(along_axis), layer.bias]
    return rounded
