// What Tickmark promises of its speed, each as a ratio to its limit, measured side by side in one run. A promise not kept is exit code 1.
import { benchReports, benchRun } from './bench/command.ts';
import { benchCsv } from './bench/csv.ts';
import { benchEmulators } from './bench/emulators.ts';
import { benchGolden } from './bench/golden.ts';
import { benchPpk2 } from './bench/ppk2.ts';
import { benchSerial } from './bench/serial.ts';
import { benchTrace } from './bench/trace.ts';

await benchGolden();
await benchEmulators();
await benchSerial();
await benchTrace();
await benchCsv();
await benchPpk2();
await benchRun();
await benchReports();
