"""Writes a .tflite of one subgraph. Field numbers are the order of declaration in schema.fbs:
https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
"""

from dataclasses import dataclass

import numpy as np

from flatbuffer import serialize

SCHEMA_VERSION = 3
TENSOR_TYPES = {'float32': 0, 'int32': 2, 'int8': 9}
PADDINGS = {'SAME': 0, 'VALID': 1}

# Operator: BuiltinOperator, the BuiltinOptions member, and its version when it computes in int8 (1 when in float).
OPERATORS = {
    'ADD': (0, 11, 2),
    'AVERAGE_POOL_2D': (1, 5, 2),
    'CONV_2D': (3, 1, 3),
    'DEPTHWISE_CONV_2D': (4, 2, 3),
    'FULLY_CONNECTED': (9, 8, 4),
    'LOGISTIC': (14, 0, 2),
    'MAX_POOL_2D': (17, 5, 2),
    'RESHAPE': (22, 17, 1),
    'SOFTMAX': (25, 9, 2),
}


@dataclass(eq=False)
class Tensor:
    """`data` is None for an activation; `scale` and `zero_point` are arrays, one value a tensor or one a channel."""

    name: str
    shape: tuple
    dtype: str
    data: np.ndarray = None
    scale: np.ndarray = None
    zero_point: np.ndarray = None
    channel_axis: int = 0


@dataclass(eq=False)
class Operator:
    """One step of the graph, in order. `options` are the keys that `_options` knows."""

    kind: str
    inputs: list
    output: Tensor
    options: dict


def write_tflite(path, description, operators):
    """The first operator's first input is the model's input, the last one's output its output."""
    tensors = list(dict.fromkeys(tensor for op in operators for tensor in (*op.inputs, op.output)))
    kinds = list(dict.fromkeys(op.kind for op in operators))
    constants = [tensor for tensor in tensors if tensor.data is not None]
    is_int8 = operators[0].inputs[0].dtype == 'int8'

    subgraph = {
        0: [_tensor_table(tensor, _buffer_index(tensor, constants)) for tensor in tensors],
        1: _indices(tensors, [operators[0].inputs[0]]),
        2: _indices(tensors, [operators[-1].output]),
        3: [_operator_table(op, kinds, tensors) for op in operators],
        4: 'main',
    }
    model = {
        0: np.uint32(SCHEMA_VERSION),
        1: [_operator_code(kind, is_int8) for kind in kinds],
        2: [subgraph],
        3: description,
        4: [{}, *({0: np.frombuffer(tensor.data.tobytes(), np.uint8)} for tensor in constants)],
    }
    path.write_bytes(serialize(model, b'TFL3'))


def _operator_code(kind, is_int8):
    code, _, int8_version = OPERATORS[kind]
    return {0: np.int8(code), 2: np.int32(int8_version if is_int8 else 1), 3: np.int32(code)}


def _buffer_index(tensor, constants):
    """Buffer 0 is empty by convention and stands for "no data"."""
    return 1 + constants.index(tensor) if tensor in constants else 0


def _tensor_table(tensor, buffer_index):
    return {
        0: np.array(tensor.shape, np.int32),
        1: np.int8(TENSOR_TYPES[tensor.dtype]),
        2: np.uint32(buffer_index),
        3: tensor.name,
        4: _quantization_table(tensor),
    }


def _quantization_table(tensor):
    if tensor.scale is None:
        return None
    return {2: tensor.scale.astype(np.float32), 3: tensor.zero_point.astype(np.int64), 6: np.int32(tensor.channel_axis)}


def _operator_table(op, kinds, tensors):
    _, options_type, _ = OPERATORS[op.kind]
    return {
        0: np.uint32(kinds.index(op.kind)),
        1: _indices(tensors, op.inputs),
        2: _indices(tensors, [op.output]),
        3: np.uint8(options_type),
        4: _options(op) if options_type else None,
    }


def _options(op):
    options = op.options
    fused = np.int8(1 if options.get('relu') else 0)
    if op.kind in ('ADD', 'FULLY_CONNECTED'):
        return {0: fused}
    if op.kind == 'RESHAPE':
        return {0: np.array(op.output.shape, np.int32)}
    if op.kind == 'SOFTMAX':
        return {0: np.float32(1)}

    height, width = options['stride']
    window = {0: np.int8(PADDINGS[options['padding']]), 1: np.int32(width), 2: np.int32(height)}
    if op.kind == 'CONV_2D':
        return window | {3: fused}
    if op.kind == 'DEPTHWISE_CONV_2D':
        return window | {3: np.int32(1), 4: fused}
    filter_height, filter_width = options['kernel']
    return window | {3: np.int32(filter_width), 4: np.int32(filter_height), 5: fused}


def _indices(tensors, some):
    return np.array([tensors.index(tensor) for tensor in some], np.int32)
