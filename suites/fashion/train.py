"""Makes everything in this folder that suite.yaml names: the models, the images and their labels.

apt install python3-numpy dataset-fashion-mnist && /usr/bin/python3 suites/fashion/train.py
"""

import os

os.environ['OPENBLAS_NUM_THREADS'] = '1'  # one thread adds in one order: the same bytes every time

import csv
import gzip
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'training'))

from nn import Add, Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPool2D, Network, Softmax, smooth, train
from quantize import Int8Network, float_operators
from tflite import write_tflite

DATASET = Path('/usr/share/datasets/fashion-mnist')
CLASSES = (
    'T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot',
)  # fmt: skip
SEED = 28
SUITE_IMAGES_A_CLASS = 30


def main():
    drawing, weights = map(np.random.default_rng, np.random.SeedSequence(SEED).spawn(2))
    images, classes = read_dataset('train')
    x, target = as_input(images), np.eye(len(CLASSES), dtype=np.float32)[classes]

    network = build_network(weights)
    for epoch in train(network, x, smooth(target, 0.05), epochs=8, rate=0.006, decay=0.01, rng=weights, batch=64):
        print(f'epoch {epoch}: {accuracy(network, x[:10_000], classes[:10_000]):.2%} of 10000 training images')
    int8 = Int8Network(network, x[:2000], input_range=(0, 1), logit_limit=8)

    write_tflite(HERE / 'fashion_float.tflite', 'Fashion-MNIST, float', float_operators(network, x.shape[1:]))
    write_tflite(HERE / 'fashion_int8.tflite', 'Fashion-MNIST, int8', int8.operators(x.shape[1:]))
    images, classes = read_dataset('t10k')
    report(network, int8, 'test', images, classes)
    drawn = draw(classes, drawing)
    report(network, int8, 'suite', images[drawn], classes[drawn])
    write_vectors(images[drawn], classes[drawn], drawn)


def read_dataset(name):
    """uint8 images [n, 28, 28] and classes [n]. IDX files: https://github.com/zalandoresearch/fashion-mnist"""
    images, classes = (
        np.frombuffer(gzip.decompress((DATASET / f'{name}-{content}-ubyte.gz').read_bytes()), np.uint8, offset=header)
        for content, header in (('images-idx3', 16), ('labels-idx1', 8))
    )
    return images.reshape(-1, 28, 28), classes


def build_network(rng):
    """[28, 28, 1] to ten probabilities."""
    return Network(
        [
            Conv2D(1, 12, kernel=(3, 3), stride=(2, 2)),
            MaxPool2D((2, 2)),
            Conv2D(12, 16, kernel=(3, 3)),
            DepthwiseConv2D(16, kernel=(3, 3)),
            Conv2D(16, 16),
            Add(back=3),
            Flatten(),
            Dense(7 * 7 * 16, len(CLASSES)),
            Softmax(),
        ],
        rng,
    )


def as_input(images):
    """The preprocessing of suite.yaml: 0..255 to 0..1."""
    return (images[..., None] / 255).astype(np.float32)


def accuracy(model, x, classes):
    return np.mean(model.predict(x).argmax(1) == classes)


def report(network, int8, name, images, classes):
    x = as_input(images)
    scores = int8.predict(x).max(1)
    print(f'{name}: {len(x)} images, float {accuracy(network, x, classes):.2%}, int8 {accuracy(int8, x, classes):.2%}')
    print(f'  winning scores: 5 % below {np.quantile(scores, 0.05):.2f}, half below {np.median(scores):.2f}')


def draw(classes, rng):
    """As many test images of every class, in random order."""
    of_each = [np.flatnonzero(classes == index) for index in range(len(CLASSES))]
    drawn = [rng.choice(images, SUITE_IMAGES_A_CLASS, replace=False) for images in of_each]
    return rng.permutation(np.concatenate(drawn))


def write_vectors(images, classes, drawn):
    np.save(HERE / 'images.npy', images[..., None])
    with open(HERE / 'labels.csv', 'w', newline='') as file:
        rows = csv.writer(file, lineterminator='\n')
        rows.writerow(['index', 'class', 'name', 'test_image'])
        rows.writerows([index, c, CLASSES[c], image] for index, (c, image) in enumerate(zip(classes, drawn)))


if __name__ == '__main__':
    main()
