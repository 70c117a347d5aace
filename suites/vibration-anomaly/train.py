"""Makes everything in this folder that suite.yaml names: the models, the windows and their labels.

/usr/bin/python3 suites/vibration-anomaly/train.py
"""

import os

os.environ['OPENBLAS_NUM_THREADS'] = '1'  # one thread adds in one order: the same bytes every time

import csv
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'training'))

from nn import AveragePool2D, Conv2D, Dense, DepthwiseConv2D, Flatten, Logistic, Network, smooth, train
from quantize import Int8Network, float_operators
from tflite import write_tflite
from waveforms import KINDS, RANGE_G, SAMPLES, generate_windows

SEED = 20
THRESHOLD = 0.82
TRAINING_WINDOWS = 24_000
CHECKING_WINDOWS = 10_000
SUITE_WINDOWS = 300


def main():
    training, checking, suite, weights = map(np.random.default_rng, np.random.SeedSequence(SEED).spawn(4))
    windows, kinds = generate_windows(TRAINING_WINDOWS, training)
    x, target = as_image(windows), (kinds > 0)[:, None].astype(np.float32)

    network = build_network(weights)
    for epoch in train(network, x, smooth(target, 0.04), epochs=24, rate=0.01, decay=0.002, rng=weights):
        print(f'epoch {epoch:2}: {accuracy(network, x, target):.2%} of the training windows')
    int8 = Int8Network(network, x[:2000], input_range=(-RANGE_G, RANGE_G), logit_limit=6)

    write_tflite(HERE / 'anomaly_float.tflite', 'vibration anomaly, float', float_operators(network, x.shape[1:]))
    write_tflite(HERE / 'anomaly_int8.tflite', 'vibration anomaly, int8', int8.operators(x.shape[1:]))
    report(network, int8, 'checking', *generate_windows(CHECKING_WINDOWS, checking))
    windows, kinds = generate_windows(SUITE_WINDOWS, suite)
    report(network, int8, 'suite', windows, kinds)
    write_vectors(windows, kinds)


def build_network(rng):
    """[64, 1, 3] to one score."""
    return Network(
        [
            Conv2D(3, 8, kernel=(8, 1), stride=(4, 1)),
            DepthwiseConv2D(8, kernel=(3, 1)),
            Conv2D(8, 16),
            AveragePool2D((16, 1)),
            Flatten(),
            Dense(16, 1),
            Logistic(),
        ],
        rng,
    )


def as_image(windows):
    """[n, 64, 3] to [n, 64, 1, 3]: TFLite convolves over two dimensions."""
    return windows.reshape(-1, SAMPLES, 1, 3)


def accuracy(model, x, target):
    return np.mean((model.predict(x) > THRESHOLD) == target)


def report(network, int8, name, windows, kinds):
    x, target = as_image(windows), (kinds > 0)[:, None]
    scores = int8.predict(x)
    print(f'{name}: {len(x)} windows, float {accuracy(network, x, target):.2%}, int8 {accuracy(int8, x, target):.2%}')
    for kind, label in enumerate(KINDS):
        found = np.mean(scores[kinds == kind] > THRESHOLD)
        print(f'  {label}: {found:.1%} above {THRESHOLD}, {len(np.unique(scores[kinds == kind]))} distinct scores')


def write_vectors(windows, kinds):
    np.save(HERE / 'windows.npy', windows)
    with open(HERE / 'labels.csv', 'w', newline='') as file:
        rows = csv.writer(file, lineterminator='\n')
        rows.writerow(['index', 'class', 'kind'])
        rows.writerows([index, int(kind > 0), KINDS[kind]] for index, kind in enumerate(kinds))


if __name__ == '__main__':
    main()
