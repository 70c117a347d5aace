import { pause } from '../pause.ts';
import type { Lines, Wire } from './serial-wire.ts';

/** What DTR and RTS do on a board, as its file says. */
export type LineUse = 'none' | 'esp32' | 'esp32-usb-jtag';

/** A reset: the lines while it is held and how long, then how they are left and for how long nothing else may move them. */
interface Sequence {
  /** Before the reset, where something is to be cleared first. */
  readonly idle?: Lines;
  readonly held: Lines;
  readonly heldMs: number;
  readonly settleMs: number;
}

const off: Lines = { dtr: false, rts: false };

/**
 * As esptool resets a chip to run its application, with its times: DTR stays off throughout, since with it GPIO0 would be low and the boot
 * loader would start. Both lines on at once, as Linux leaves them on opening, does nothing on either circuit.
 * https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/boot-mode-selection.html
 */
const sequences: Record<Exclude<LineUse, 'none'>, Sequence> = {
  esp32: { held: { dtr: false, rts: true }, heldMs: 100, settleMs: 0 },
  'esp32-usb-jtag': { idle: off, held: { dtr: false, rts: true }, heldMs: 200, settleMs: 200 },
};

/**
 * Resets the chip by its lines. Once they hold it, and before it runs again, `onHeld` is called: whatever has come until then is of the
 * firmware's earlier life. Resolves with why the lines did not move, where they did not.
 */
export async function resetByLines(
  wire: Wire,
  use: Exclude<LineUse, 'none'>,
  { onHeld, signal }: { readonly onHeld: () => void; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (!wire.setLines) return 'a raw connection has no lines';
  const { idle, held, heldMs, settleMs } = sequences[use];
  if (idle) await wire.setLines(idle);
  const why = await wire.setLines(held);
  try {
    if (why !== undefined) return why;
    await pause(heldMs, signal);
    await wire.purge?.();
    onHeld();
  } finally {
    await wire.setLines(off);
  }
  await pause(settleMs, signal);
  return undefined;
}
