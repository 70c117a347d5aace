interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly method: 'bilinear' | 'nearest';
}

/**
 * Resamples images [height, width, channels] as tf.image.resize (version 2, antialias off) does: output pixel o lies at
 * i = (o + 0.5) × in / out − 0.5 of the input. Nearest takes pixel floor(i + 0.5); bilinear lies between floor(i) and ceil(i), each held
 * within the image. Positions are float32, as TensorFlow's are (core/kernels/image/resize_bilinear_op.cc); values are doubles.
 */
export function resampler(from: Image, to: Size): (values: Float64Array) => Float64Array {
  const rows = places(from.height, to.height, to.method);
  const columns = places(from.width, to.width, to.method);
  const { width, channels } = from;
  return values => {
    const made = new Float64Array(to.height * to.width * channels);
    let at = 0;
    for (const row of rows) {
      const [above, below] = [row.lower * width, row.upper * width];
      for (const { lower, upper, share } of columns) {
        for (let channel = 0; channel < channels; channel++) {
          const topLeft = values[(above + lower) * channels + channel] ?? 0;
          const topRight = values[(above + upper) * channels + channel] ?? 0;
          const bottomLeft = values[(below + lower) * channels + channel] ?? 0;
          const bottomRight = values[(below + upper) * channels + channel] ?? 0;
          const top = topLeft + (topRight - topLeft) * share;
          const bottom = bottomLeft + (bottomRight - bottomLeft) * share;
          made[at++] = top + (bottom - top) * row.share;
        }
      }
    }
    return made;
  };
}

/** Where on an axis an output pixel lies: `share` of the way from one input pixel to the next. */
interface Place {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

function places(inputs: number, outputs: number, method: Size['method']): readonly Place[] {
  const scale = Math.fround(inputs / outputs);
  return Array.from({ length: outputs }, (_, output) => {
    const centre = Math.fround((output + 0.5) * scale);
    if (method === 'nearest') {
      const lower = Math.min(Math.floor(centre), inputs - 1);
      return { lower, upper: lower, share: 0 };
    }
    const position = Math.fround(centre - 0.5);
    const lower = Math.floor(position);
    return { lower: Math.max(lower, 0), upper: Math.min(Math.ceil(position), inputs - 1), share: position - lower };
  });
}
