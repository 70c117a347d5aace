import type { Protocol } from '../protocol/port.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { allureReporter } from '../report/allure.ts';
import { htmlReporter } from '../report/generate.ts';
import { generatorHere } from '../report/generators.ts';
import { jsonReporter } from '../report/json.ts';
import { junitReporter } from '../report/junit.ts';
import type { Reporter } from '../report/port.ts';
import { summaryReporter } from '../report/summary.ts';
import type { Board } from '../suite/board.ts';
import type { Target } from '../target/port.ts';
import { rp2040Target } from '../target/rp2040.ts';

// The composition root: the only place that names adapters. A new target, protocol or report is a line here.

const targets: Record<Board['target']['kind'], (board: Board) => Target> = {
  rp2040js: board => rp2040Target({ name: board.name, flashBytes: board.memory.flashBytes }),
};

/** The place where a board's firmware runs. */
export function targetFor(board: Board): Target {
  return targets[board.target.kind](board);
}

/** How to talk to what runs there. */
export function protocolFor(_board: Board): Protocol {
  return tickmarkProtocol();
}

/** What a run writes, in this order: the HTML is made from what the others have written. The signal ends the HTML generator. */
export function reportersFor({ html }: { readonly html: boolean }, signal: AbortSignal): readonly Reporter[] {
  const written = [jsonReporter(), allureReporter(), junitReporter(), summaryReporter(process.env)];
  return html ? [...written, htmlReporter(() => generatorHere(process.env, signal), signal)] : written;
}
