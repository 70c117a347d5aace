/** How a firmware prints its values: every one with as many decimals, as far as is known. */
export interface ResultFormat {
  /** Whether no digit can have been lost of these values: each has one before the point, and as many after it as those of before. */
  fits(values: readonly string[]): boolean;
  /** Learns from values that are certain. */
  note(values: readonly string[]): void;
}

/** Of a firmware that has printed nothing yet. */
export function resultFormat(): ResultFormat {
  let decimals: number | undefined;
  return {
    fits: values => decimals !== undefined && values.every(value => decimalsOf(value) === decimals),
    note(values) {
      decimals ??= decimalsOf(values[0] ?? '');
    },
  };
}

function decimalsOf(value: string): number | undefined {
  return /^\d\.(\d+)$/.exec(value)?.[1]?.length;
}

/** Whether a text is a value that firmware may print. */
export function isValue(text: string): boolean {
  return /^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$|^-?(?:nan|inf)$/i.test(text);
}
