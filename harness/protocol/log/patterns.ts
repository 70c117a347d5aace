import { numberOf, slug, unitOf } from '../../metric-names.ts';
import type { Unit } from '../../units.ts';
import type { Alarm, Finding } from './finding.ts';
import type { Line } from './line.ts';

/** A line that says all by itself. */
interface Pattern {
  /** A part of every line that matches: most lines have none. */
  readonly hint: string;
  readonly regex: RegExp;
  readonly find: (match: RegExpExecArray, line: Line) => readonly Finding[];
}

/** What one line says, by the first pattern that knows it; undefined where none does. */
export function findIn(line: Line): readonly Finding[] | undefined {
  const { plain } = line;
  for (const { hint, regex, find } of patterns) {
    if (!plain.includes(hint)) continue;
    const match = regex.exec(plain);
    if (match) return find(match, line);
  }
  return undefined;
}

/** Failures that a line tells. Their text is the field's, to the letter where it is fixed. */
const failures: readonly (readonly [hint: string, regex: RegExp])[] = [
  // the program that tutorials have: what it prints before it stops
  ['[CRITICAL ERROR] Model schema mismatch detected!', /^\[CRITICAL ERROR\] Model schema mismatch detected!/],
  ['[MEMORY ALLOCATION FAULT]', /^\[MEMORY ALLOCATION FAULT\]/],
  ['[INFERENCE FAULT]', /^\[INFERENCE FAULT\]/],
  // TFLM: micro_interpreter.cc, micro_allocator.cc, the hello_world sketches, micro_test.h
  ['Invoke', /^Invoke(?:\(\))? failed\b/],
  ['AllocateTensors', /^AllocateTensors\(\) failed\b/],
  ['Model provided is schema version', /^Model provided is schema version \d+ not equal to supported version \d+/],
  ["Didn't find op for builtin opcode", /^Didn't find op for builtin opcode/],
  ['Failed to resize buffer', /^Failed to resize buffer\. Requested: \d+/],
  ['Failed to allocate', /^Failed to allocate (?:memory|tail|temp)/i],
  ['~~~SOME TESTS FAILED~~~', /^~~~SOME TESTS FAILED~~~/],
  ['[  FAILED  ]', /^\[ {2}FAILED {2}\] /],
  [' failed at ', / (?:[=!]=|[<>]=?|near) .{1,200} failed at \S{1,400}:\d+(?: \(.{0,200}\))?$/],
  // Edge Impulse
  ['ERR: Failed to run classifier', /^ERR: Failed to run classifier \(-?\d+\)/],
  ['run_classifier returned:', /^run_classifier returned: (?!0\b)-?\d+/],
  // others
  ['failed to alloc memory', /^.{0,200}failed to alloc memory/],
  ['Brownout detector was triggered', /^Brownout detector was triggered/],
  ['MLONMCU EXIT:', /^MLONMCU EXIT: (?!0\b)-?\d+/],
];

/** What is counted, and doubted, but breaks nothing by itself: firmware that prints it goes on as designed. */
const warnings: readonly (readonly [hint: string, regex: RegExp])[] = [
  ['[CRITICAL OUTLIER WARNING]', /^\[CRITICAL OUTLIER WARNING\]/],
];

/** Causes of a reset, as the ROMs of Espressif's chips print them, that no working firmware has. */
const badCauses = /WDT|WATCHDOG|BROWN|PANIC|GLITCH|LOCKUP/i;

const patterns: readonly Pattern[] = [
  ...failures.map(([hint, regex]) => alarm('fail', hint, regex)),
  ...warnings.map(([hint, regex]) => alarm('warning', hint, regex)),

  // the program that tutorials have
  figure('[TINYML INSIGHT]', /^\[TINYML INSIGHT\] Inference execution time: (\d{1,15}) ticks\./, 'inference_ticks'),
  figure(
    'Computed Edge Anomaly Confidence Level:',
    /^Computed Edge Anomaly Confidence Level: (-?\d{1,9}(?:\.\d{1,9})?) ?%/,
    'confidence_percent',
  ),

  // TFLM: what takes ticks and is no operator; a benchmark's name tells how often it ran
  { hint: ' ticks (', regex: /^(\S.{0,120}?) took (\d{1,15}) ticks \((\d{1,12}) ms\)\.?$/, find: took },
  figure('Configured arena size', /^Configured arena size = (\d{1,12})$/, 'arena_reserved_bytes'),
  fact('Output CRC32', /^Output CRC32: (0x[0-9A-Fa-f]{1,8})$/, 'output_crc32'),
  fact('Input CRC32', /^Input CRC32: (0x[0-9A-Fa-f]{1,8})$/, 'input_crc32'),
  fact('Git SHA', /^\W{0,4}Git SHA\W{1,8}([0-9a-f]{7,64})\b/, 'git_sha'),
  fact('Model SHA1', /^\W{0,4}Model SHA1\W{1,8}([0-9a-f]{40})\b/, 'model_sha1'),
  {
    hint: '[RecordingMicroAllocator]',
    regex: /^\[RecordingMicroAllocator\] Arena allocation (total|head|tail) (\d{1,12}) bytes$/,
    find: ([, part = '', bytes], { number }) =>
      metric(
        { name: part === 'total' ? 'arena_bytes' : `arena_${part}_bytes`, value: Number(bytes), unit: 'B' },
        number,
      ),
  },
  {
    hint: '[RecordingMicroAllocator]',
    regex: /^\[RecordingMicroAllocator\] '([^']{1,80})' used (\d{1,12}) bytes\b/,
    find: ([, what = '', bytes], { number }) =>
      metric({ name: `alloc_${slug(what)}_bytes`, value: Number(bytes), unit: 'B' }, number),
  },
  figure('tests passed', /^(\d{1,9})\/\d{1,9} tests passed$/, 'tests_passed_count'),
  figure('[  PASSED  ]', /^\[ {2}PASSED {2}\] (\d{1,9}) tests?\./, 'tests_passed_count'),
  end('~~~ALL TESTS PASSED~~~', /^~~~ALL TESTS PASSED~~~/),

  // ESP-IDF, and the ROM before it
  {
    hint: 'rst:0x',
    regex: /^rst:0x[0-9a-f]{1,2} \((\w{1,40})\)/,
    find: ([text, cause = ''], { number }) => [
      { kind: 'boot', cause, line: number },
      ...(badCauses.test(cause)
        ? [{ kind: 'fail', pattern: `rst: ${cause}`, text: text, line: number } satisfies Alarm]
        : []),
    ],
  },
  boot('*** Booting Zephyr OS', /^\*{3} Booting Zephyr OS/),
  fact('App version:', /^App version:\s{1,20}(\S.{0,100})$/, 'app_version'),
  fact('Project name:', /^Project name:\s{1,20}(\S.{0,100})$/, 'project_name'),
  fact('ELF file SHA256:', /^ELF file SHA256:\s{1,20}([0-9a-f]{6,64})(?:\.\.\.)?$/, 'elf_sha256'),
  figure('cpu freq:', /^cpu freq: (\d{1,12}) ?Hz/, 'cpu_clock_hz'),

  // Silicon Labs' MLTK
  {
    hint: 'CPU clock:',
    regex: /^CPU clock:\s([\d.]{1,15}[Mk]?)Hz/,
    find: ([, hz = ''], { number }) => metric({ name: 'cpu_clock_hz', value: numberOf(hz), unit: 'Hz' }, number),
  },
  {
    hint: 'Tensor runtime memory:',
    regex: /^Tensor runtime memory:\s([\d.]{1,15}[Mk]?)/,
    find: ([, bytes = ''], { number }) => metric({ name: 'arena_bytes', value: numberOf(bytes), unit: 'B' }, number),
  },

  // Arm's ML evaluation kit: counters of any name
  {
    hint: 'NPU ',
    regex: /^\s*NPU (\w{1,60}) (cycles|beats): (\d{1,15})$/,
    find: ([, name = '', unit, n], at) => counter({ name, unit, n }, at),
  },
  {
    hint: 'NPU ',
    regex: /^\s*NPU (\w{1,60}): (\d{1,15}) (cycles|beats)$/,
    find: ([, name = '', n, unit], at) => counter({ name, unit, n }, at),
  },
  figure('Active NPU cycles:', /^\s*Active NPU cycles: (\d{1,15})$/, 'npu_active_cycles'),
  {
    hint: 'For timestamp:',
    regex:
      /^For timestamp: [\d.]{1,20} \(inference #: \d{1,9}\); label: (.{1,80}), score: (\d(?:\.\d{1,9})?); threshold: /,
    find: ([, label = '', score], { number }) => [
      { kind: 'scores', scores: [[label, Number(score)]], line: number },
      ...metric({ name: 'top_score', value: Number(score), unit: '1' }, number),
    ],
  },

  // MLonMCU, new and old
  end('MLONMCU EXIT: 0', /^MLONMCU EXIT: 0\b/),
  {
    hint: '# ',
    regex: /^# ([^:]{1,80}): ([-+\d.,E]{1,30})$/,
    find: ([, name = '', text = ''], { number }) => metric(namedFigure(name, numberOf(text)), number),
  },
  figure('Total Cycles:', /^Total Cycles: (\d{1,15})$/, 'total_cycles'),
  figure('Total Instructions:', /^Total Instructions: (\d{1,15})$/, 'total_instructions'),
  figure('Total Time:', /^Total Time: (\d{1,15}(?:\.\d{1,9})?) us$/, 'total_us'),

  // emlearn: bench.c, `task;repetitions;avg_time_us`
  {
    hint: ';',
    regex: /^(\w{1,60});\d{1,9};(\d{1,12}(?:\.\d{1,9})?)$/,
    find: ([, task = '', us], { number }) =>
      metric({ name: `${slug(task)}_us`, value: Number(us), unit: 'µs' }, number),
  },
];

function alarm(kind: Alarm['kind'], hint: string, regex: RegExp): Pattern {
  return { hint, regex, find: (_, { plain, number }) => [{ kind, pattern: hint, text: plain, line: number }] };
}

/** One figure, whose name tells its unit. */
function figure(hint: string, regex: RegExp, name: string): Pattern {
  const { unit, factor } = unitOf(name);
  return {
    hint,
    regex,
    find: ([, text = ''], { number }) => metric({ name, value: Number(text) * factor, unit }, number),
  };
}

function fact(hint: string, regex: RegExp, name: string): Pattern {
  return {
    hint,
    regex,
    find: ([, text = ''], { number }) => [{ kind: 'fact', name, text: text.trim(), line: number }],
  };
}

function end(hint: string, regex: RegExp): Pattern {
  return { hint, regex, find: (_, { number }) => [{ kind: 'end', line: number }] };
}

function boot(hint: string, regex: RegExp): Pattern {
  return { hint, regex, find: (_, { number }) => [{ kind: 'boot', line: number }] };
}

interface Named {
  readonly name: string;
  readonly value: number | undefined;
  readonly unit: Unit;
}

function metric({ name, value, unit }: Named, line: number): readonly Finding[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ kind: 'metric', name, value, unit, line }];
}

/** `WithPersonDataIterations(10) took 123456 ticks (123 ms)`: one inference is a tenth of it. */
function took([, what = '', ticks, ms]: RegExpExecArray, { number }: Line): readonly Finding[] {
  const [, benchmark, count] = /^(\w{1,80})\((\d{1,9})\)$/.exec(what) ?? [];
  if (benchmark === undefined)
    return metric({ name: `${slug(what)}_ticks`, value: Number(ticks), unit: 'ticks' }, number);
  const runs = Math.max(1, Number(count));
  return [
    ...metric({ name: 'inference_ticks', value: Number(ticks) / runs, unit: 'ticks' }, number),
    ...metric({ name: 'benchmark_us', value: Number(ms) * 1000, unit: 'µs' }, number),
  ];
}

function counter(
  { name, unit, n }: { readonly name: string; readonly unit: string | undefined; readonly n: string | undefined },
  { number }: Line,
): readonly Finding[] {
  const isCycles = unit === 'cycles';
  const named = `npu_${slug(name)}_${isCycles ? 'cycles' : 'beats'}`;
  return metric({ name: named, value: Number(n), unit: isCycles ? 'cycles' : '1' }, number);
}

/** `Setup Runtime [us]` is `setup_runtime_us`. */
function namedFigure(name: string, value: number | undefined): Named {
  const slugged = slug(name);
  const { unit, factor } = unitOf(slugged);
  return { name: slugged, value: value && value * factor, unit };
}
