import type { Cell } from './suite.ts';

/**
 * Cells that a suite may name without describing them. `of` is where the figures come from; `assumed` names those that it does not give.
 * A cell's capacity hangs on load and temperature: a suite that knows its cell better describes it in measure.current.cells.
 */
export const knownCells: Readonly<Record<string, Cell>> = {
  CR2032: {
    capacityMah: 225,
    nominalMv: 3000,
    cutOffMv: 2000,
    selfDischargePercentPerYear: 1,
    pulseMa: 15,
    shelfYears: 10,
    of: 'Panasonic CR2032, datasheet of February 2026: 225 mAh at 0.2 mA, 20 °C, to 2.0 V; pulses of 15 mA: Jauch CR2032',
    assumed: 'self-discharge and shelf life, as makers give them for Li/MnO2 at room temperature',
  },
  CR2450: {
    capacityMah: 620,
    nominalMv: 3000,
    cutOffMv: 2000,
    selfDischargePercentPerYear: 1,
    pulseMa: 15,
    shelfYears: 10,
    of: 'Energizer CR2450, datasheet: 620 mAh at 7.5 kΩ (0.39 mA), 21 °C, to 2.0 V; pulses of 15 mA: the cell of the AVR Butterfly',
    assumed: 'self-discharge and shelf life, as makers give them for Li/MnO2 at room temperature',
  },
  AA: {
    capacityMah: 3000,
    nominalMv: 1500,
    cutOffMv: 800,
    selfDischargePercentPerYear: 3,
    pulseMa: 1000,
    shelfYears: 10,
    of: 'Energizer E91 (alkaline), form E91NA1018: about 3000 mAh at 25 mA, 21 °C, to 0.8 V, read off its chart, which ends at 1 A',
    assumed: 'self-discharge: of alkaline cells in general, 2 to 3 % a year',
  },
  LiPo: {
    capacityMah: 1300,
    nominalMv: 3700,
    cutOffMv: 2750,
    selfDischargePercentPerYear: 20,
    pulseMa: 2000,
    of: 'Dubilier LP-503759-1S-3, specification 20120102: 1300 mAh at least at 0.2 C, to 2.75 V; 2000 mA is its continuous current',
    assumed: 'self-discharge: of full cells at 25 °C in general; a protection circuit takes more',
  },
};

/** What a suite may name: those that are known, and its own, which go before. */
export function cellsWith(own: Readonly<Record<string, Cell>> = {}): Readonly<Record<string, Cell>> {
  return { ...knownCells, ...own };
}
