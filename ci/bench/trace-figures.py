# Mean, p50, p99 and charge of each window of a capture, by numpy: trace-figures.py FOLDER WINDOWS LENGTH
import json, resource, sys, time
from decimal import ROUND_HALF_UP, Decimal
import numpy as np

folder, windows, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rate = json.load(open(folder + '/trace.json'))['rateHz']

start = time.perf_counter()
samples = np.memmap(folder + '/trace.f32', dtype='<f4', mode='r')
stride = len(samples) // windows
figures = []
for index in range(windows):
    window = samples[index * stride : index * stride + length]
    p50, p99 = np.percentile(window, (50, 99))
    charge = window.sum(dtype=np.float64) / rate * 1000
    figures.append((window.mean(dtype=np.float64), p50, p99, charge))
seconds = time.perf_counter() - start
# what lies half way between two printed figures is rounded up, as JavaScript does
printed = lambda value: str(Decimal(float(value)).quantize(Decimal('1e-8'), ROUND_HALF_UP))
for figure in figures:
    print(' '.join(map(printed, figure)))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({'seconds': seconds, 'peakKb': peak}), file=sys.stderr)
