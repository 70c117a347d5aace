import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, runTool, type Tool, type ToolEnd, writingMs } from './tool.ts';
import { infoFile, mountedFolders, type Uf2Drive, uf2DriveAt, unmountedDrive } from './uf2-drive.ts';
import { blockBytes, uf2Image } from './uf2-image.ts';
import { openWorkplace } from './workplace.ts';

/** Where drives are looked for, and how long things may take. */
export interface Uf2Surroundings {
  readonly folders: () => readonly string[];
  /** From a reset into the boot loader until its drive is mounted. */
  readonly appearMs: number;
  /** From the last block until the boot loader has started the image and its drive is gone. */
  readonly vanishMs: number;
}

const here: Uf2Surroundings = { folders: mountedFolders, appearMs: 10_000, vanishMs: 15_000 };
const lookMs = 100;

/** A copy onto the drive of a UF2 boot loader, which takes the drive away when it has the whole image. https://github.com/microsoft/uf2 */
export function uf2Flasher(options: FlasherOptions<'uf2'>, around: Uf2Surroundings = here): Flasher {
  return {
    name: 'UF2 copy',
    needsPort: false,
    isBootLoader: true,
    missing: () => missingTool(dd),
    async flash(imagePath, io, signal) {
      const image = uf2Image(imagePath, Number.parseInt(options.family, 16));
      const drive = await findDrive(options, { ...around, io }, signal);
      io.log(`${drive.folder} is the drive of ${drive.boardId}`);
      await using place = await openWorkplace();
      // Until it has the last block a drive that goes was pulled out: only then may the copy end badly.
      const ahead = image.length / blockBytes - 1;
      const [most, last] = [image.subarray(0, ahead * blockBytes), image.subarray(ahead * blockBytes)];
      const to = `of=${join(drive.folder, 'TICKMARK.UF2')}`;
      const copy = async (name: string, bytes: Uint8Array, how: readonly string[]): Promise<ToolEnd> => {
        // a drive that vanishes may block whoever writes to it, so that is not this process
        const args = [`if=${await place.write(name, bytes)}`, to, ...how];
        return runTool(dd, { args, timeoutMs: writingMs }, io, signal);
      };
      const begun = ahead > 0 ? await copy('image.uf2', most, ['bs=65536', 'conv=fsync']) : undefined;
      if (begun?.isSuccess === false) throw begun.failure();
      const end = await copy('last.uf2', last, [`bs=${blockBytes}`, `seek=${ahead}`, 'conv=notrunc,fsync']);
      const hasGone = await waitFor(() => !existsSync(join(drive.folder, infoFile)), around.vanishMs, signal);
      if (hasGone) return; // and whatever dd says then: the boot loader does not wait until it has closed the file
      if (!end.isSuccess) throw end.failure();
      throw new TargetError(
        `${drive.folder} (${drive.boardId}) is still there ${around.vanishMs / 1000} s after it was given the image`,
        'UF2 copy',
        `its boot loader does not take it: check \`flasher.family\` (${options.family}), and that the image is linked for this chip`,
      );
    },
  };
}

const dd: Tool = {
  name: 'UF2 copy',
  programs: ['dd'],
  howToGet: 'apt-get install coreutils: the copy is made by dd',
  failures: [
    { says: /No space left/, fix: 'the image is larger than the drive: build it for this board' },
    { says: /Permission denied|Read-only file system/, fix: 'mount the drive so that this user may write to it' },
  ],
};

async function findDrive(
  { board, drive }: FlasherOptions<'uf2'>,
  { folders, appearMs, io }: Uf2Surroundings & { readonly io: ToolIo },
  signal: AbortSignal,
): Promise<Uf2Drive> {
  const found = (): readonly Uf2Drive[] =>
    (drive === undefined ? folders() : [drive])
      .flatMap(folder => uf2DriveAt(folder) ?? [])
      .filter(({ boardId }) => board === undefined || boardId === board);
  const isRunning = async (): Promise<boolean> => (await io.isRunning?.()) ?? false;
  await waitFor(async () => found().length > 0 && !(await isRunning()), appearMs, signal);
  const [first, ...others] = found();
  if (!first) throw absent(board, drive);
  if (await isRunning()) throw anothers(first, io);
  if (others.length === 0) return first;
  const all = [first, ...others].map(({ folder, boardId }) => `${folder} (${boardId})`);
  throw new TargetError(
    `${all.length} drives could be the board’s: ${all.join(', ')}`,
    'UF2 copy',
    'unplug all but one, or name it: `flasher: { drive: … }`, best in boards.local.yaml',
  );
}

function anothers({ folder, boardId }: Uf2Drive, { portPath = 'its port' }: ToolIo): TargetError {
  return new TargetError(
    `${folder} (${boardId}) is another board’s drive: this board runs, ${portPath} is still there`,
    'UF2 copy',
    `bring this board into its boot loader, and unplug the other one: ${bootMode}`,
  );
}

const bootMode = 'on a Pico, hold BOOTSEL while it is plugged in';

function absent(board: string | undefined, drive: string | undefined): TargetError {
  const device = unmountedDrive(board);
  const what = `no drive of a UF2 boot loader${board === undefined ? '' : ` for ${board}`} is mounted${drive === undefined ? '' : ` at ${drive}`}`;
  const fix =
    device === undefined
      ? `bring the board into its boot loader: ${bootMode}`
      : `the drive is there, and not mounted: udisksctl mount -b ${device}`;
  return new TargetError(what, 'UF2 copy', fix);
}

/** Whether it came true in time. Rejects with the signal's reason. */
async function waitFor(isTrue: () => boolean | Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + ms;
  while (!(await isTrue())) {
    if (performance.now() > until) return false;
    await pause(lookMs, signal);
  }
  return true;
}
