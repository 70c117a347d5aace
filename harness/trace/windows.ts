import { type AnchorFit, fitAnchors } from './clock.ts';
import { counted, type Finding, faultsAt } from './finding.ts';
import { type Marks, readMarks } from './marks.ts';
import { placeByEdges } from './place-by-edges.ts';
import { placeByUart } from './place-by-uart.ts';
import { placePulses } from './place-pulses.ts';
import { leastLengths, type Placed, type PlacedRequests, type Places, type Placing } from './places.ts';
import { edgesOf, type Marker } from './pulses.ts';
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
  const marker = markerOf(placing);
  if (marks.requests.length === 0) return placePulses({ ...placing, marker, anchors });
  const edges = edgesOf(placing.events).length;
  if (marker || edges >= fewestEdges * marks.requests.length)
    return placeByEdges({ ...placing, marker, anchors, marks });
  const placed = placeByUart({ ...placing, anchors, marks });
  if (edges === 0) return placed;
  const doubt = `the meter tells ${counted(edges, 'edge')} for ${counted(marks.requests.length, 'window')}, which takes two each: they are not used`;
  return { ...placed, findings: [...placed.findings, { doubt }] };
}

/** The board file's word, or that of a file with inputs of its own. */
function markerOf({ facts, board }: Placing): Marker | undefined {
  const line = facts.meter.lines.indexOf(facts.marker ?? '');
  return board.meter?.marker ?? (line < 0 ? undefined : { line, active: 'high' });
}

/** A window has two edges; of a meter that is set to one kind of them there are fewer. */
const fewestEdges = 1.5;

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
