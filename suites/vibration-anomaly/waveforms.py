"""Generated accelerometer windows of a rotating machine, in g: float32 [n, 64, 3] at 1.6 kHz, 40 ms each.

Nothing here was measured. The amplitudes are what a motor housing might show to a 3-axis MEMS sensor of +-4 g; every
anomaly comes in severities from plain to lost in the machine's own vibration.
"""

import numpy as np

SAMPLE_HZ = 1600
SAMPLES = 64
RANGE_G = 4.0
KINDS = ('normal', 'bearing', 'band', 'burst')

TIME_S = np.arange(SAMPLES) / SAMPLE_HZ


def generate_windows(count, rng):
    """Windows and their kinds (indices into KINDS), half of them normal, in random order."""
    kinds = np.where(np.arange(count) % 2 == 0, 0, 1 + np.arange(count) // 2 % 3)
    rng.shuffle(kinds)
    faults = (None, bearing_impacts, extra_band, noise_burst)
    windows = [normal(rng) + (faults[kind](rng) if kind else 0) for kind in kinds]
    return np.clip(windows, -RANGE_G, RANGE_G).astype(np.float32), kinds


def normal(rng):
    """Gravity from any side, up to three harmonics of the shaft along its own directions, sensor noise."""
    shaft_hz = rng.uniform(20, 60)
    window = np.outer(np.ones(SAMPLES), direction(rng))
    for harmonic in range(1, 1 + rng.integers(1, 4)):
        amplitude_g = rng.uniform(0.1, 1.0) / harmonic
        window += np.outer(amplitude_g * sine(rng, harmonic * shaft_hz), direction(rng))
    return window + noise(rng, severity(rng, 0.01, 0.06))


def bearing_impacts(rng):
    """A damaged race: at each pass of a ball the housing rings at its resonance and dies away within 3 ms."""
    amplitude_g, ring_hz, passes_hz = severity(rng, 0.4, 3.0), rng.uniform(350, 700), rng.uniform(60, 180)
    ringing = np.zeros(SAMPLES)
    for start_s in np.arange(rng.uniform(-1, 0), SAMPLES / SAMPLE_HZ * passes_hz) / passes_hz:
        since_s = TIME_S - start_s
        ringing += (since_s >= 0) * np.exp(-np.maximum(since_s, 0) / 0.003) * np.sin(2 * np.pi * ring_hz * since_s)
    return np.outer(amplitude_g * ringing, direction(rng))


def extra_band(rng):
    """Looseness or a gear mesh: a vibration far above the shaft's harmonics."""
    return np.outer(severity(rng, 0.15, 1.2) * sine(rng, rng.uniform(280, 600)), direction(rng))


def noise_burst(rng):
    """Rubbing: broadband noise on all axes for a quarter of the window or more."""
    length = rng.integers(SAMPLES // 4, SAMPLES)
    start = rng.integers(0, SAMPLES - length + 1)
    burst = noise(rng, severity(rng, 0.12, 0.8))
    burst[:start], burst[start + length :] = 0, 0
    return burst


def sine(rng, hz):
    return np.sin(2 * np.pi * (hz * TIME_S + rng.uniform()))


def noise(rng, sigma_g):
    return rng.normal(0, sigma_g, (SAMPLES, 3))


def direction(rng):
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def severity(rng, low, high):
    """Between `low` and `high`, small as often as large."""
    return np.exp(rng.uniform(np.log(low), np.log(high)))
