"""Layers with hand-written gradients, in the layouts of TFLite: activations NHWC, convolution weights OHWI.

`forward` keeps what `backward` needs; `backward` takes d loss / d output, leaves the parameters' gradients in
`gradients`, and returns one gradient for each input. A layer is one TFLite operator, its ReLU fused.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Layer:
    """`sources` says which outputs are its inputs, counted back from here: -1 is the layer before."""

    kind = ''
    sources = (-1,)
    options = {}
    parameters = ()

    def initialize(self, rng):
        pass


class _Weighted(Layer):
    """A weight tensor, a bias for each output channel, and an optional ReLU behind them."""

    def __init__(self, weight_shape, channels, fan_in, relu):
        self.weight_shape, self.channels, self.fan_in, self.relu = weight_shape, channels, fan_in, relu
        self.options = {'relu': relu}

    def initialize(self, rng):
        """He et al. 2015: keeps the variance of activations through ReLU layers."""
        weight = rng.normal(0, np.sqrt(2 / self.fan_in), self.weight_shape).astype(np.float32)
        self.parameters = [weight, np.zeros(self.channels, np.float32)]

    @property
    def weight(self):
        return self.parameters[0]

    @property
    def bias(self):
        return self.parameters[1]

    def _activate(self, output):
        if self.relu:
            np.maximum(output, 0, out=output)
            self._passes = output > 0
        return output

    def _through_relu(self, gradient):
        return gradient * self._passes if self.relu else gradient


class Dense(_Weighted):
    kind = 'FULLY_CONNECTED'

    def __init__(self, inputs, outputs, relu=False):
        super().__init__((outputs, inputs), outputs, inputs, relu)

    def forward(self, x):
        self._x = x
        return self._activate(x @ self.weight.T + self.bias)

    def backward(self, gradient):
        gradient = self._through_relu(gradient)
        self.gradients = [gradient.T @ self._x, gradient.sum(0)]
        return (gradient @ self.weight,)


class _Window(_Weighted):
    """What the two convolutions share: a kernel that slides over a padded image."""

    def __init__(self, weight_shape, channels, fan_in, relu, kernel, stride, padding):
        super().__init__(weight_shape, channels, fan_in, relu)
        self.kernel, self.stride, self.padding = kernel, stride, padding
        self.options = {'relu': relu, 'stride': stride, 'padding': padding}

    def _pad(self, x):
        self._margins = [(0, 0), *map(self._margin, x.shape[1:3], self.kernel, self.stride), (0, 0)]
        return np.pad(x, self._margins)

    def _margin(self, size, kernel, stride):
        """TFLite's SAME: ceil(size / stride) outputs, the odd pixel of padding at the end."""
        if self.padding == 'VALID':
            return (0, 0)
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return (total // 2, total - total // 2)

    def _unpad(self, padded):
        (top, bottom), (left, right) = self._margins[1:3]
        return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]

    def _taps(self, padded):
        """For each kernel position, the pixels under it: a view [n, out height, out width, channels]."""
        (kernel_height, kernel_width), (down, right) = self.kernel, self.stride
        height = (padded.shape[1] - kernel_height) // down + 1
        width = (padded.shape[2] - kernel_width) // right + 1
        for i in range(kernel_height):
            for j in range(kernel_width):
                yield i, j, padded[:, i : i + down * height : down, j : j + right * width : right]


class Conv2D(_Window):
    kind = 'CONV_2D'

    def __init__(self, inputs, outputs, kernel=(1, 1), stride=(1, 1), padding='SAME', relu=True):
        fan_in = inputs * kernel[0] * kernel[1]
        super().__init__((outputs, *kernel, inputs), outputs, fan_in, relu, kernel, stride, padding)

    def forward(self, x):
        self._padded_shape = (padded := self._pad(x)).shape
        down, right = self.stride
        windows = sliding_window_view(padded, self.kernel, axis=(1, 2))[:, ::down, ::right]
        self._columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, self.fan_in)
        output = self._columns @ self.weight.reshape(self.channels, -1).T.copy() + self.bias
        return self._activate(output.reshape(*windows.shape[:3], self.channels))

    def backward(self, gradient):
        gradient = self._through_relu(gradient)
        rows = gradient.reshape(-1, self.channels)
        self.gradients = [(rows.T @ self._columns).reshape(self.weight_shape), rows.sum(0)]
        columns = (rows @ self.weight.reshape(self.channels, -1)).reshape(*gradient.shape[:3], *self.weight_shape[1:])
        padded = np.zeros(self._padded_shape, np.float32)
        for i, j, pixels in self._taps(padded):
            pixels += columns[:, :, :, i, j]
        return (self._unpad(padded),)


class DepthwiseConv2D(_Window):
    kind = 'DEPTHWISE_CONV_2D'

    def __init__(self, channels, kernel, stride=(1, 1), padding='SAME', relu=True):
        super().__init__((1, *kernel, channels), channels, kernel[0] * kernel[1], relu, kernel, stride, padding)

    def forward(self, x):
        self._padded = self._pad(x)
        products = (pixels * self.weight[0, i, j] for i, j, pixels in self._taps(self._padded))
        return self._activate(sum(products) + self.bias)

    def backward(self, gradient):
        gradient = self._through_relu(gradient)
        weight_gradient, padded = np.zeros_like(self.weight), np.zeros_like(self._padded)
        for i, j, pixels in self._taps(self._padded):
            weight_gradient[0, i, j] = np.einsum('nhwc,nhwc->c', pixels, gradient)
        for i, j, pixels in self._taps(padded):
            pixels += gradient * self.weight[0, i, j]
        self.gradients = [weight_gradient, gradient.sum((0, 1, 2))]
        return (self._unpad(padded),)


class _Pool(Layer):
    """Windows that do not overlap; rows and columns that fill none are dropped (VALID)."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.options = {'kernel': kernel, 'stride': kernel, 'padding': 'VALID'}

    def _windows(self, x):
        """A view [n, out height, kernel height, out width, kernel width, channels]."""
        (down, right), (n, height, width, channels) = self.kernel, x.shape
        rows, columns = height // down, width // right
        return x[:, : rows * down, : columns * right].reshape(n, rows, down, columns, right, channels)

    def _spread(self, gradient):
        """The gradient of each window, for each of its pixels, in the shape of the input."""
        down, right = self.kernel
        whole = np.zeros(self._shape, np.float32)
        whole[:, : gradient.shape[1] * down, : gradient.shape[2] * right] = gradient.repeat(down, 1).repeat(right, 2)
        return whole


class MaxPool2D(_Pool):
    kind = 'MAX_POOL_2D'

    def forward(self, x):
        self._x, self._shape = x, x.shape
        self._output = self._windows(x).max((2, 4))
        return self._output

    def backward(self, gradient):
        return (self._spread(gradient) * (self._x == self._spread(self._output)),)


class AveragePool2D(_Pool):
    kind = 'AVERAGE_POOL_2D'

    def forward(self, x):
        self._shape = x.shape
        return self._windows(x).mean((2, 4))

    def backward(self, gradient):
        return (self._spread(gradient) / np.float32(self.kernel[0] * self.kernel[1]),)


class Add(Layer):
    """The layer before plus an earlier output: `Add(back=3)` skips two layers."""

    kind = 'ADD'

    def __init__(self, back):
        self.sources = (-1, -back)

    def forward(self, a, b):
        return a + b

    def backward(self, gradient):
        return (gradient, gradient)


class Flatten(Layer):
    kind = 'RESHAPE'

    def forward(self, x):
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient):
        return (gradient.reshape(self._shape),)


class Softmax(Layer):
    kind = 'SOFTMAX'

    def forward(self, logits):
        exponentials = np.exp(logits - logits.max(1, keepdims=True))
        return exponentials / exponentials.sum(1, keepdims=True)


class Logistic(Layer):
    kind = 'LOGISTIC'

    def forward(self, logits):
        return 1 / (1 + np.exp(-logits))


class Network:
    """Layers in order. The last one is Softmax or Logistic and turns logits into the output."""

    def __init__(self, layers, rng):
        self.layers = layers
        for layer in layers:
            layer.initialize(rng)

    def activations(self, x):
        """The input and the output of every layer."""
        outputs = [x]
        for layer in self.layers:
            outputs.append(layer.forward(*(outputs[source] for source in layer.sources)))
        return outputs

    def predict(self, x, batch=500):
        return np.concatenate([self.activations(x[i : i + batch])[-1] for i in range(0, len(x), batch)])

    def backpropagate(self, x, target):
        """Leaves in each layer the gradients of the mean cross entropy between output and target."""
        *outputs, prediction = self.activations(x)
        gradients = [0] * len(outputs)
        # For cross entropy behind Softmax or Logistic, d loss / d logits is just this difference.
        gradients[-1] = (prediction - target) / np.float32(len(x))
        for index in reversed(range(len(self.layers) - 1)):
            layer = self.layers[index]
            for source, gradient in zip(layer.sources, layer.backward(gradients[index + 1])):
                gradients[index + 1 + source] = gradients[index + 1 + source] + gradient


def train(network, x, target, *, epochs, rate, decay, rng, batch=128):
    """AdamW (Loshchilov and Hutter 2019) with a cosine from `rate` to 0; yields the epoch's number after each."""
    layers = [layer for layer in network.layers if len(layer.parameters)]
    moments = [[(np.zeros_like(p), np.zeros_like(p)) for p in layer.parameters] for layer in layers]
    steps_an_epoch = len(x) // batch
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for step in range(steps_an_epoch):
            rows = order[step * batch : (step + 1) * batch]
            network.backpropagate(x[rows], target[rows])
            progress = (epoch * steps_an_epoch + step) / (epochs * steps_an_epoch)
            step_rate = rate * (1 + np.cos(np.pi * progress)) / 2
            for layer, layer_moments in zip(layers, moments):
                _adam_step(layer, layer_moments, step_rate, decay, 1 + epoch * steps_an_epoch + step)
        yield epoch + 1


def _adam_step(layer, moments, rate, decay, step):
    for parameter, gradient, (mean, square) in zip(layer.parameters, layer.gradients, moments):
        mean += 0.1 * (gradient - mean)
        square += 0.001 * (gradient**2 - square)
        unbiased = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if parameter.ndim > 1:  # biases do not decay
            unbiased = unbiased + decay * parameter
        parameter -= (rate * unbiased).astype(np.float32)


def smooth(target, amount):
    """Label smoothing: targets a little off 0 and 1 keep the scores from saturating, in float and so in int8."""
    classes = max(2, target.shape[1])
    return (target * (1 - amount) + amount / classes).astype(np.float32)
