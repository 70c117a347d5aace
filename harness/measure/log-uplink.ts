import type { Finding } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';

/** Adds up what a log says was sent on the telemetry channel. */
export interface LogUplink {
  see(finding: Finding): void;
  /** Writes what was sent in a boot, of whose inferences `inferences` came since the log began. Nothing where no message came: a pattern may be wrong. */
  end(boot: number, inferences: number): void;
}

/** As before the first line. */
export function logUplink(recorder: Pick<Recorder, 'sample'>): LogUplink {
  let [messages, bytes, inferencesBefore] = [0, 0, 0];
  return {
    see(finding) {
      if (finding.kind !== 'message') return;
      messages++;
      bytes += finding.bytes;
    },
    end(boot, inferences) {
      if (messages > 0)
        recorder.sample({ kind: 'uplink', boot, inputs: inferences - inferencesBefore, bytes, messages });
      [messages, bytes, inferencesBefore] = [0, 0, inferences];
    },
  };
}
