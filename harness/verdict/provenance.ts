import type { Manifest } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import type { CurrentEvidence } from '../trace/evidence.ts';
import { meterOf } from './current/trace.ts';
import type { Provenance } from './result.ts';

/** Whose figures they are. */
export function provenanceOf(manifest: Manifest, board: Board, current?: CurrentEvidence): Provenance {
  const { basis, emulator, dut, mlperf, image, carried, model, vectors, board: seen } = manifest;
  return {
    board: board.name,
    mcu: board.mcu,
    core: board.core,
    clockHz: board.clockHz,
    basis,
    ...(emulator !== undefined && { emulator }),
    ...(dut && { runtime: dut.runtime, buildId: dut.buildId, unit: dut.unit, tickSource: dut.tickSource }),
    ...(mlperf && { runtime: mlperf.profile, tickSource: 'm-lap-us', mlperf: identityOf(mlperf) }),
    ...(image && { imageSha256: image.sha256, imageFile: image.file, isOwnImage: image.isOwn ?? false }),
    ...(seen && portOf(seen)),
    ...(carried && { carried }),
    ...(current && { meter: meterOf(current) }),
    ...(model && { modelSha256: model.sha256 }),
    ...(vectors && { vectorsSha256: vectors.sha256 }),
  };
}

function identityOf({ windowMs: _ofTheSuite, ...identity }: NonNullable<Manifest['mlperf']>): Provenance['mlperf'] {
  return identity;
}

/** The path may be another one tomorrow. */
function portOf({ path: _path, ...port }: NonNullable<Manifest['board']>): Partial<Provenance> {
  return port;
}
