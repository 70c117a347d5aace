# Mean, p50, p99 and charge of each window of a CSV of ms and uA, by pandas: csv-figures.py whole|chunks FILE WINDOWS LENGTH SAMPLES
import json, resource, sys, time
from decimal import ROUND_HALF_UP, Decimal
import numpy as np
import pandas as pd

way, path, windows, length, samples = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
stride = samples // windows
rate = 100_000
chunk = 20 * stride

def figures_of(microamperes):
    # as float32 of mA, which a trace is kept in
    window = (microamperes / 1000).astype(np.float32)
    p50, p99 = np.percentile(window, (50, 99))
    return window.mean(dtype=np.float64), p50, p99, window.sum(dtype=np.float64) / rate * 1000

def windows_in(values):
    return [figures_of(values[first : first + length]) for first in range(0, len(values), stride)]

start = time.perf_counter()
if way == 'whole':
    figures = windows_in(pd.read_csv(path)['Current(uA)'].values)
else:
    figures = [each for part in pd.read_csv(path, chunksize=chunk) for each in windows_in(part['Current(uA)'].values)]
seconds = time.perf_counter() - start
# what lies half way between two printed figures is rounded up, as JavaScript does
printed = lambda value: str(Decimal(float(value)).quantize(Decimal('1e-8'), ROUND_HALF_UP))
for figure in figures:
    print(' '.join(map(printed, figure)))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({'seconds': seconds, 'peakKb': peak}), file=sys.stderr)
