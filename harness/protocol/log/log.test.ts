import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from './finding.ts';
import { findingsIn, logOf } from './fixtures/read.ts';

/** A finding as a line: `7 inference_ticks 41873 ticks`. */
function shown(finding: Finding): string {
  const { line } = finding;
  if (finding.kind === 'metric') return `${line} ${finding.name} ${finding.value} ${finding.unit}`;
  if (finding.kind === 'operators')
    return `${line} operators ${finding.operators.map(({ name, ticks }) => `${name}=${ticks}`).join(' ')}`;
  if (finding.kind === 'scores')
    return `${line} scores ${finding.scores.map(([label, score]) => `${label}=${score}`).join(' ')}`;
  if (finding.kind === 'fact') return `${line} fact ${finding.name} ${finding.text}`;
  if (finding.kind === 'crash') return `${line} crash of ${finding.lines} lines: ${finding.what}`;
  if (finding.kind === 'boot') return `${line} boot ${finding.cause ?? ''}`.trim();
  if (finding.kind === 'end') return `${line} end`;
  if (finding.kind === 'message') return `${line} message of ${finding.bytes}`;
  return `${line} ${finding.kind} ${finding.text}`;
}

const expected: Readonly<Record<string, readonly string[]>> = {
  tutorial: [
    '2 inference_ticks 41873 ticks',
    '3 confidence_percent 87.25 %',
    '4 warning [CRITICAL OUTLIER WARNING] Spindle 3 leaves its envelope',
    '5 inference_ticks 41880 ticks',
    '6 confidence_percent 12 %',
  ],
  'tutorial-failing': [
    '1 fail [CRITICAL ERROR] Model schema mismatch detected!',
    '2 fail [MEMORY ALLOCATION FAULT] arena too small',
    '3 fail [INFERENCE FAULT] code 1',
  ],
  'tflm-failing': [
    '1 fail Model provided is schema version 2 not equal to supported version 3.',
    "2 fail Didn't find op for builtin opcode 'SVDF'",
    '3 fail Failed to resize buffer. Requested: 90000, available 4000, missing: 86000',
    '4 fail Failed to allocate tail memory.',
    '5 fail AllocateTensors() failed',
    '6 fail Invoke failed on x: 0.1',
    '7 fail Failed to load: failed to alloc memory',
    '8 fail Brownout detector was triggered',
    '9 fail MLONMCU EXIT: 1',
    '10 total_cycles 700 cycles',
    '11 total_instructions 800 instructions',
  ],
  'tflm-profiler': [
    '1 initializerunner_ticks 180 ticks',
    '4 operators CONV_2D=249561 DEPTHWISE_CONV_2D=1009435 SOFTMAX=163',
    '4 profile_ticks 1259159 ticks',
    '6 inference_ticks 1234567 ticks',
    '6 benchmark_us 123000 µs',
    '9 operators CONV_2D=1000 SOFTMAX=20',
    '9 profile_ticks 1020 ticks',
  ],
  'tflm-old-csv': ['3 operators FULLY_CONNECTED=512 RELU=12', '3 profile_ticks 524 ticks'],
  'tflm-tags': ['3 profile_ticks 1009935 ticks'],
  'tflm-allocations': [
    '1 arena_bytes 84436 B',
    '2 arena_head_bytes 55304 B',
    '3 arena_tail_bytes 29132 B',
    '4 alloc_tfliteevaltensor_data_bytes 1068 B',
  ],
  'tflm-benchmark': [
    '1 arena_reserved_bytes 153600 B',
    '2 fact git_sha 90b983c2b1',
    '3 fact model_sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709',
    '4 fact input_crc32 0x14F6A510',
    '5 fact output_crc32 0xA4A6A6BE',
    '8 arena_bytes 84436 B',
    '9 arena_nonpersistent_bytes 55296 B',
    '10 arena_persistent_bytes 29140 B',
  ],
  'tflm-tests': [
    '2 fail input == output failed at quantize_test.cc:41 (1 vs 2)',
    '3 tests_passed_count 3 1',
    '4 fail ~~~SOME TESTS FAILED~~~',
    '6 fail [  FAILED  ] Softmax.Int8',
    '7 tests_passed_count 7 1',
    '8 end',
  ],
  'edge-impulse': [
    '6 dsp_us 16000 µs',
    '6 inference_us 1000 µs',
    '6 anomaly_us 2000 µs',
    '9 anomaly_score -0.067 1',
    '6 scores idle=0.91016 wave=0.08984',
    '10 dsp_us 19000 µs',
    '10 inference_us 0 µs',
    '10 anomaly_us 1000 µs',
    '14 anomaly_score -0.356135 1',
    '10 scores idle=0.996094 wave=0.003906',
    '16 dsp_us 54000 µs',
    '16 inference_us 3000 µs',
    '16 anomaly_us 0 µs',
    '17 scores idle=0.99219 wave=0.00781',
    '20 dsp_us 4000 µs',
    '20 inference_us 90000 µs',
    '20 anomaly_us 0 µs',
    '20 detections_count 2 1',
    '24 fail run_classifier returned: -5',
    '25 fail ERR: Failed to run classifier (-5)',
  ],
  'esp-idf-boot': [
    '3 boot POWERON_RESET',
    '5 cpu_clock_hz 160000000 Hz',
    '6 fact project_name shaker',
    '7 fact app_version 1.4.2',
    '8 fact elf_sha256 9f86d081884c7d65',
    '9 operators CONV_2D=249561',
    '9 profile_ticks 249561 ticks',
  ],
  'esp-idf-panic': [
    "2 crash of 15 lines: Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.",
    '19 boot TG1WDT_SYS_RESET',
    '19 fail rst:0x8 (TG1WDT_SYS_RESET)',
  ],
  'esp-idf-riscv-panic': [
    "1 crash of 10 lines: Guru Meditation Error: Core  0 panic'ed (Store access fault). Exception was unhandled.",
  ],
  'esp-idf-asserts': [
    '1 crash of 7 lines: assert failed: app_main main.c:21 (arena)',
    '8 crash of 2 lines: abort() was called at PC 0x400d1f2b on core 0',
    '10 crash of 2 lines: ***ERROR*** A stack overflow in task main has been detected.',
    '12 crash of 2 lines: Stack smashing protect failure!',
  ],
  'esp8266-exception': ['1 crash of 5 lines: Exception (28):'],
  asserts: [
    '1 crash of 3 lines: ASSERTION FAIL [ptr] @ WEST_TOPDIR/app/main.c:33',
    '4 crash of 1 lines: assertion "n > 0" failed: file "infer.c", line 12',
    '6 crash of 3 lines: *** PANIC ***',
  ],
  'zephyr-fault': ['1 boot', '3 crash of 10 lines: ***** HARD FAULT *****'],
  'zephyr-others': [
    '1 crash of 3 lines: ***** MPU FAULT *****',
    '5 crash of 3 lines: >>> ZEPHYR FATAL ERROR 2: Stack overflow on CPU 0',
  ],
  'esp-idf-cut': [
    "1 crash of 3 lines: Guru Meditation Error: Core  1 panic'ed (IllegalInstruction). Exception was unhandled.",
    "5 crash of 2 lines: Guru Meditation Error: Core  1 panic'ed (IllegalInstruction). Exception was unhandled.",
  ],
  'mbed-fault': ['1 crash of 9 lines: ++ MbedOS Fault Handler ++', '12 crash of 4 lines: ++ MbedOS Error Info ++'],
  'cmsis-fault': ['2 crash of 4 lines: [HardFault_Handler]', '6 inference_ticks 7 ticks'],
  'st-system-performance': [
    '1 cpu_clock_hz 168000000 Hz',
    '2 inference_us 62976 µs',
    '3 inference_cycles 10579924 cycles',
    '4 cpu_workload_percent 6 %',
    '5 cycles_per_macc 12.09 1',
    '6 stack_bytes 576 B',
    '7 heap_bytes 0 B',
  ],
  'st-ai-report': [
    '4 inference_us 11970 µs',
    '6 cycles_per_macc 20.37 1',
    '7 heap_bytes 0 B',
    '10 inference_us 2500 µs',
    '11 inference_cycles 120000 cycles',
    '12 stack_bytes 576 B',
  ],
  mlonmcu: [
    '2 setup_runtime_us 1200 µs',
    '3 run_cycles 123456 cycles',
    '4 run_instructions 1500000 instructions',
    '5 total_us 90 µs',
    '6 end',
  ],
  mltk: [
    '2 cpu_clock_hz 78000000 Hz',
    '3 arena_bytes 24600 B',
    '11 operators Conv2D=96100 Softmax=1100',
    '11 profile_cycles 97200 cycles',
  ],
  'arm-evaluation-kit': [
    '2 npu_active_cycles 1081007 cycles',
    '3 npu_idle_cycles 626 cycles',
    '4 npu_active_cycles 48560 cycles',
    '5 npu_ethosu_pmu_sram_rd_data_beat_received_beats 143 1',
    '7 npu_active_cycles 680400 cycles',
    '8 scores down=0.986182',
    '8 top_score 0.986182 1',
  ],
  emlearn: ['2 melspec_us 123.4 µs'],
};

test.each(Object.entries(expected))('reads what %s prints', (name, findings) => {
  expect(findingsIn(logOf(name)).map(shown)).toEqual(findings);
});

test('every format’s log is expected to tell something', () => {
  const logs = readdirSync(join(import.meta.dirname, 'fixtures')).filter(name => name.endsWith('.txt'));
  expect(logs.map(name => name.replace('.txt', '')).toSorted()).toEqual(Object.keys(expected).toSorted());
});

test.each(Object.keys(expected))('%s reads the same byte by byte', name => {
  expect(findingsIn(logOf(name), {}, 1)).toEqual(findingsIn(logOf(name)));
});

test.each(Object.keys(expected))('%s reads the same behind a terminal’s times and an interface board', name => {
  const lines = logOf(name).toString().split(/\r?\n/);
  const prefixed = lines.map(line => `[12:34:56.789] [dut]: ${line}`).join('\r');
  const [plain, behind] = [findingsIn(logOf(name)), findingsIn(prefixed)];
  expect(behind.map(shown)).toEqual(plain.map(shown));
});

test('a dump is kept as it came, up to its end', () => {
  const [crash] = findingsIn(logOf('esp-idf-panic')).filter(({ kind }) => kind === 'crash');
  const text = crash?.kind === 'crash' ? crash.text : '';
  expect(text).toContain('Backtrace: 0x400d1231:0x3ffb2a10 0x400d12fe:0x3ffb2a30');
  expect(text).toMatch(/^Guru[^]*Rebooting\.\.\.\n$/);
});

test('a dump without an end is bounded, and says how much of it was left out', () => {
  const endless = `Guru Meditation Error: x\n${'0x40001234: 0x00000000\n'.repeat(10_000)}`;
  const [crash] = findingsIn(endless);
  if (crash?.kind !== 'crash') throw new Error('it is a crash');
  expect(crash.text.length).toBeLessThan(40_000);
  expect(crash.text).toMatch(/\[\d+ more lines are in the log\]/);
});

test.each([
  'no fault found',
  'fault tolerant mode',
  'assertions are on',
  'HardFault handler installed',
  'HardFault: none',
  'BusFault enabled',
  'retry failed at wifi.c:20',
  'the sensor took 5 ms',
  '# a heading',
])('a line that only speaks of it is none: %s', line => {
  expect(findingsIn(`${line}\n`)).toEqual([]);
});

test.each([
  'HardFault',
  '!!! HARD FAULT !!!',
  'HardFault_Handler:',
  '[BusFault_Handler]',
  'UsageFault detected',
  'HardFault: CFSR=0x82',
])('a cry of a handler is a crash: %s', line => {
  expect(findingsIn(`${line}\n`).map(({ kind }) => kind)).toEqual(['crash']);
});

test('a table of events that begins anew is another inference’s', () => {
  const table = '"Event","Tag","Ticks"\n0,CONV_2D,10\n1,CONV_2D,20\n0,CONV_2D,30\n1,CONV_2D,40\n';
  expect(findingsIn(table).map(shown)).toEqual([
    '3 operators CONV_2D=10 CONV_2D=20',
    '3 profile_ticks 30 ticks',
    '5 operators CONV_2D=30 CONV_2D=40',
    '5 profile_ticks 70 ticks',
  ]);
});

test('predictions without a detection are counted as none, and end with the first line of something else', () => {
  const log =
    'Predictions (DSP: 4 ms., Classification: 90 ms., Anomaly: 0 ms.):\n#Object detection results:\nCONV_2D took 5 ticks (0 ms).\n';
  expect(findingsIn(log).map(shown).slice(3)).toEqual([
    '1 detections_count 0 1',
    '3 operators CONV_2D=5',
    '3 profile_ticks 5 ticks',
  ]);
});

test.each([[[0]], [[0xff, 0xfe]], [[0xf0, 0x80, 0x00]]])(
  'the bytes %j that a reset brings before a line hide no failure',
  bytes => {
    const log = Buffer.concat([Buffer.from(bytes), Buffer.from('[CRITICAL ERROR] Model schema mismatch detected!\n')]);
    expect(findingsIn(log).map(({ kind }) => kind)).toEqual(['fail']);
  },
);

test('a last line that was cut off has no figures, and still fails', () => {
  const metrics = ['took (?<step_us>\\d+)'];
  expect(findingsIn('took 1200 us\ntook 12', { metrics }).map(shown)).toEqual(['1 step_us 1200 µs']);
  expect(findingsIn('"Event","Tag","Ticks"\n0,CONV_2D,2495')).toEqual([]);
  expect(findingsIn('App version:      1.4')).toEqual([]);
  expect(findingsIn('took 1200 us\n[INFERENCE FAULT]').map(shown)).toEqual(['2 fail [INFERENCE FAULT]']);
});

test('no line makes a pattern of ours slow', () => {
  const parts = ['x', ' ', '0x12345678 ', '1,', '= ', 'a: ', 'took 1 ticks (', '# a', '[', 'x failed at ', '\t'];
  const begun = Object.keys(expected).flatMap(name => logOf(name).toString().split('\n'));
  const opened = [
    'Results for "n", 1 inferences @1MHz/1MHz (',
    'Predictions:',
    '"Event","Tag","Ticks"',
    'Op0-Conv',
    '',
  ];
  const lines = [...parts, ...begun].map(part =>
    part.repeat(Math.ceil(8000 / Math.max(1, part.length))).slice(0, 8000),
  );
  const gaps = parts.flatMap(part => {
    const gap = part.repeat(7990 / part.length);
    return [`a : x${gap}y`, `${gap}x`, `${gap}x:`, `--${gap}x`];
  });
  for (const open of opened) {
    for (const line of [...lines, ...gaps]) {
      const { user } = process.cpuUsage();
      findingsIn(`${open}\n${line}\n`);
      const spentMs = process.cpuUsage({ user, system: 0 }).user / 1000; // by no clock, which goes on while others compute
      expect(spentMs, `${open} / ${line.slice(0, 40)}`).toBeLessThan(500);
    }
  }
});
