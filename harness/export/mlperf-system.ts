import type { Board } from '../suite/board.ts';
import type { SubmissionOptions } from './mlperf.ts';

/** What a person says of a system, by the keys of a submission's system file. */
export type Facts = Readonly<Record<string, string>>;

/** Those that the checker takes into its summary. "Status" is one of available, preview and rdi. */
const required = [
  'Board Name',
  'Processor(s) Name',
  'Processor(s) Frequencies',
  'Processor memory type and capacity',
  'Accelerator',
  'Accelerator(s) Frequencies',
  'Accelerator memory type and capacity',
  'Hardware Notes',
  'Inference Framework',
  'Software Libraries',
  'Software Notes',
  'Status',
];

const statuses = ['available', 'preview', 'rdi'];

/** The system's description: what the board file says of it, and what the person does, whose word goes first. */
export function systemJson(
  board: Board,
  { facts, submitter, division }: SubmissionOptions,
): { readonly text: string; readonly faults: readonly string[] } {
  const content: Record<string, string> = { Submitter: submitter, Division: division, ...factsOf(board), ...facts };
  const missing = required.filter(key => content[key] === undefined);
  const { Status: status } = content;
  const faults = [
    ...(missing.length > 0
      ? [
          `the facts of ${board.name} lack ${missing.map(key => `"${key}"`).join(', ')}: write them into the file of --facts, "" where there is none`,
        ]
      : []),
    ...(status === undefined || statuses.includes(status.toLowerCase())
      ? []
      : [`"Status" is "${status}": write one of ${statuses.join(', ')}`]),
    ...('system_type' in content ? ['"system_type" is for other benchmarks: leave it out'] : []),
  ];
  return { text: `${JSON.stringify(content, null, 2)}\n`, faults };
}

function factsOf({ title, mcu, core, clockHz, memory }: Board): Record<string, string> {
  return {
    'Board Name': title,
    'Processor(s) Name': `${mcu} (${core})`,
    'Processor(s) Frequencies': `${clockHz / 1e6} MHz`,
    'Processor memory type and capacity': `${kibibytes(memory.ramBytes)} RAM, ${kibibytes(memory.flashBytes)} flash`,
  };
}

function kibibytes(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
