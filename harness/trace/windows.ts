import { type AnchorFit, fitAnchors } from './clock.ts';
import { type Finding, faultsAt } from './finding.ts';
import { type Marks, readMarks } from './marks.ts';
import { placeByEdges } from './place-by-edges.ts';
import { placeByUart } from './place-by-uart.ts';
import { placePulses } from './place-pulses.ts';
import { leastLengths, type Placed, type PlacedRequests, type Places, type Placing } from './places.ts';
import { applicationIn, dutyCycleOf, idleIn } from './stretches.ts';

/** Where each window lies in a trace. One that cannot be placed is a finding, never a guess. */
export function placeWindows(placing: Placing): Places {
  const { events, facts, board, recording } = placing;
  const marks = readMarks(recording);
  const anchors = fitAnchors(events, facts.rateHz);
  const { windows, findings, clock, fit } = placeRequests(placing, marks, anchors);
  const judged = windows.filter(isJudgedBy(marks));
  const idle = idleIn(placing, marks.idle, clock);
  const duty = dutyCycleOf(windows, { rateHz: facts.rateHz, count: periodsIn(marks) });
  const application = applicationIn(placing);
  const name = board.name;
  return {
    inferences: judged,
    idle: idle.stretches,
    application,
    ...(duty.periods && { dutyCycle: duty.periods }),
    ...(fit && { fit }),
    findings: [...findings, ...refused(judged, { ...facts, board: name }), ...idle.findings, ...duty.findings],
  };
}

function placeRequests(placing: Placing, marks: Marks, anchors: AnchorFit | undefined): PlacedRequests {
  const { facts, events, board } = placing;
  const line = board.meter?.marker?.line ?? facts.meter.lines.indexOf(facts.marker ?? '');
  const marker = board.meter?.marker ?? (line < 0 ? undefined : ({ line, active: 'high' } as const));
  const isMarked = marker !== undefined || events.some(({ kind }) => kind === 'edge');
  if (marks.requests.length === 0) return placePulses({ ...placing, marker, anchors });
  return isMarked ? placeByEdges({ ...placing, marker, anchors, marks }) : placeByUart({ ...placing, anchors, marks });
}

function isJudgedBy(marks: Marks): (window: Placed) => boolean {
  const judged = marks.requests.filter(mark => marks.isJudged(mark));
  const keys = new Set(judged.map(({ purpose, boot, vector, runs }) => `${purpose}/${boot}/${vector}/${runs}`));
  return ({ purpose, boot, vector, runs }) => purpose === undefined || keys.has(`${purpose}/${boot}/${vector}/${runs}`);
}

function periodsIn({ requests }: Marks): number {
  return requests.filter(({ purpose }) => purpose === 'period').length;
}

function refused(windows: readonly Placed[], { rateHz, board }: { rateHz: number; board: string }): readonly Finding[] {
  const us = ({ first, end }: Placed) => ((end - first) * 1e6) / rateHz;
  const short = windows.filter(window => us(window) < leastLengths * window.uncertaintyUs);
  const needed = (window: Placed) => (leastLengths * window.uncertaintyUs * window.runs) / us(window);
  const runs = Math.ceil(short.reduce((most, window) => Math.max(most, needed(window)), 0));
  return faultsAt(
    short.map(window => ({ ...window, sample: window.first })),
    { check: 'windows', spoils: ['inference'] },
    window => {
      const wire = window.by === 'uart' ? `, or a wire from ${board}'s marker pin to the meter` : '';
      const length = `${Number(us(window).toFixed(1))} µs and each of its ends may be off by ${Number(window.uncertaintyUs.toFixed(1))} µs`;
      return `the window of vector ${window.vector} lasts ${length}, less than ${leastLengths} times that: it takes ${runs} inferences a window${wire}`;
    },
  );
}
