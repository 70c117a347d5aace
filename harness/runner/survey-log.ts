import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { intakeOf } from '../measure/log-intake.ts';
import type { Protocol } from '../protocol/port.ts';
import type { Sample } from '../recording/recording.ts';
import { fileTarget } from '../target/file.ts';
import { type Heard, readHeard } from '../verdict/log/heard.ts';

/** What is in a log, without any suite to hold it against; `clause` says how much came. Throws InputError where there is no such file. */
export async function surveyLog(
  file: string,
  protocol: Protocol,
  signal: AbortSignal,
): Promise<{ readonly heard: Heard; readonly clause: string }> {
  if (protocol.kind !== 'log') throw new TypeError('a log is read as one');
  const samples: Sample[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-import-'));
  try {
    const recorder = { folder, sample: (sample: Sample) => void samples.push(sample) };
    const spec = { metrics: [], fail: [], ignore: [], identity: {}, runsVectors: false };
    const path = file === '-' ? '-' : resolve(file);
    await using link = await fileTarget({ name: path, basis: 'silicon', path }).open('', signal);
    let clause = '';
    {
      using intake = intakeOf({ spec, protocol, recorder, boot: 0, where: path, mayRestart: true });
      for await (const bytes of link.bytes) intake.push(bytes);
      intake.end();
      clause = intake.heard();
    }
    return { heard: readHeard({ samples }), clause };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
