import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { PowerFormat } from '../power/files/formats.ts';
import type { Accuracy } from '../recording/trace.ts';
import type { Capture } from '../runner/import-trace.ts';
import { parseWindows } from '../runner/power-windows.ts';
import type { ColumnsFile } from '../suite/columns-file.generated.ts';
import { faultsError } from '../suite/fault.ts';
import { checkColumnsFile } from '../suite/schema.ts';
import { readYaml } from '../suite/yaml.ts';
import { parseQuantity, type Unit } from '../units.ts';

/** What `tickmark import power` takes of a capture, as it was written. */
export interface PowerOptions {
  readonly windows?: readonly string[];
  readonly inferences?: string;
  readonly supply?: string;
  readonly accuracy?: string;
  readonly format?: PowerFormat;
  readonly columns?: string;
  readonly column?: readonly string[];
  readonly rate?: string;
}

/** A capture as a command line tells it. `usual`: its windows where the line tells none. Throws InputError for what is wrong in it. */
export function captureOf(file: string, options: PowerOptions, usual: () => readonly string[], cwd: string): Capture {
  if (file === '-')
    throw new InputError('a capture is read from a file', '-', 'name it: some formats are not read from end to end');
  const columns = columnsOf(options, cwd);
  const accuracy = options.accuracy === undefined ? undefined : accuracyIn(options.accuracy);
  return {
    path: resolve(cwd, file),
    options: {
      ...(options.format !== undefined && { format: options.format }),
      ...(columns && { columns }),
      ...(options.rate !== undefined && { rateHz: quantity('rate', options.rate, 'Hz') }),
      ...(options.supply !== undefined && { supplyMv: quantity('supply', options.supply, 'mV') }),
      ...(accuracy && { accuracy }),
    },
    windows: parseWindows(options.windows ?? usual(), cwd),
    inferences: options.inferences === undefined ? 1 : countIn(options.inferences),
  };
}

function quantity(option: string, text: string, unit: Unit): number {
  const parsed = parseQuantity(text, unit);
  const fault = parsed.fault ?? (parsed.value > 0 ? undefined : `"${text}" is not more than 0`);
  if (parsed.fault !== undefined || fault !== undefined) {
    throw new InputError(fault ?? '', `--${option} ${text}`, 'write it with its unit');
  }
  return parsed.value;
}

function countIn(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InputError(
    'is no number of inferences',
    `--inferences ${text}`,
    'write how many each window has, such as 10',
  );
}

/** `1 % + 0.2 µA`, or one of the two. */
function accuracyIn(text: string): Accuracy {
  const parts = text.split('+').map(part => part.trim());
  const fail = () =>
    new InputError('is no accuracy', `--accuracy ${text}`, "write it as '1 % + 0.2 µA', or one of the two");
  if (parts.length > 2 || parts.some(part => part === '')) throw fail();
  const values = parts.map(part => ({ percent: parseQuantity(part, '%'), ma: parseQuantity(part, 'mA') }));
  const percent = values.find(value => value.percent.fault === undefined)?.percent;
  const offset = values.find(value => value.ma.fault === undefined)?.ma;
  const found = [percent, offset].filter(each => each !== undefined);
  if (found.length !== parts.length || found.some(each => each.fault !== undefined || each.value < 0)) throw fail();
  const valueOf = (each: typeof percent) => (each?.fault === undefined ? (each?.value ?? 0) : 0);
  return { percent: valueOf(percent), offsetMa: valueOf(offset), of: '--accuracy' };
}

function columnsOf({ columns, column = [] }: PowerOptions, cwd: string): ColumnsFile | undefined {
  const written = columns === undefined ? {} : columnsIn(resolve(cwd, columns), cwd);
  const given = Object.fromEntries(column.map(columnIn));
  return columns === undefined && column.length === 0 ? undefined : { ...written, ...given };
}

function columnsIn(path: string, cwd: string): ColumnsFile {
  const { source, faults } = readYaml(path);
  const checked = checkColumnsFile(source);
  const all = [...faults, ...(source.data === undefined ? [] : checked.faults)];
  if (all.length === 0 && 'file' in checked) return checked.file;
  throw faultsError(all, cwd);
}

const roles = ['time', 'current', 'energy', 'power', 'voltage'];

/** `current=2:mA`, `time=Timestamp(ms)`; names may hold colons, units none. */
function columnIn(text: string): readonly [string, { column: string | number; unit?: string }] {
  const [, role = '', column = '', unit] = /^([a-z]+)=(.+?)(?::([A-Za-zµμ]{1,5}))?$/.exec(text) ?? [];
  if (!roles.includes(role)) {
    throw new InputError(
      'is no column',
      `--column ${text}`,
      `write ${roles.join('|')}=COLUMN:UNIT, such as current=2:mA`,
    );
  }
  return [role, { column: /^\d{1,5}$/.test(column) ? Number(column) : column, ...(unit !== undefined && { unit }) }];
}
