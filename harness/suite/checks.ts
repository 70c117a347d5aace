import type { Board } from './board.ts';
import { accuracyFaults } from './checks/accuracy.ts';
import { currentFaults } from './checks/current.ts';
import { fileFaults } from './checks/files.ts';
import { latencyFaults, uncountedFaults } from './checks/latency.ts';
import { logFaults } from './checks/log.ts';
import { preprocessFaults } from './checks/preprocess.ts';
import { targetFaults } from './checks/targets.ts';
import type { Fault } from './fault.ts';
import type { YamlSource } from './yaml.ts';

/**
 * What no schema can see: files that are not there, targets that no board defines, budgets that nothing could be judged by. Looks only at
 * what is of the right type, so that it may run on a file with other faults. What the model and the vectors say comes when they are read.
 */
export function crossFaults(source: YamlSource, boards: ReadonlyMap<string, Board>): Fault[] {
  return [
    ...fileFaults(source),
    ...targetFaults(source, boards),
    ...preprocessFaults(source),
    ...accuracyFaults(source),
    ...latencyFaults(source, boards),
    ...uncountedFaults(source),
    ...currentFaults(source, boards),
    ...logFaults(source, boards),
  ];
}
