import { accessSync, constants } from 'node:fs';
import { basename } from 'node:path';
import { NotInstalled, TargetError } from '../errors.ts';
import { startBound } from '../target/bound-child.ts';
import { findProgram } from '../target/program.ts';
import { shownCommand } from './command-line.ts';
import type { ToolIo } from './port.ts';
import { untilEnd } from './tool-end.ts';
import { hearTool } from './tool-output.ts';

/** A program that does something to a board, and what is known of it. */
export interface Tool {
  /** As it is called in messages. */
  readonly name: string;
  /** What it may be installed as: the first that is found is run. A path is taken as it is. */
  readonly programs: readonly string[];
  readonly howToGet: string;
  /** What it says when it fails, and what to do then. Of several that it said, the first in this list counts. */
  readonly failures: readonly KnownFailure[];
}

export interface KnownFailure {
  readonly says: RegExp;
  readonly fix: string;
  /** It is a failure even where the tool's exit code says that all is well. */
  readonly whatever?: true;
}

/** One use of a tool. */
export interface Use {
  readonly args: readonly string[];
  /** How long it may take. */
  readonly timeoutMs: number;
  /** The folder that it runs in. @default here */
  readonly cwd?: string;
}

/** How a use of a tool ended. */
export interface ToolEnd {
  readonly isSuccess: boolean;
  /** Whether it said that, near its end. */
  said(what: RegExp): boolean;
  /** What went wrong, for people: its last lines, and what is known to help. */
  failure(): TargetError;
}

/** Writing a few MiB over a slow debug link takes minutes. */
export const writingMs = 300_000;
export const resettingMs = 30_000;

/** Why a tool cannot be run here, and how to get it; undefined when it is installed. */
export async function missingTool(tool: Tool): Promise<string | undefined> {
  return findTool(tool) === undefined ? `${tool.name} is not installed: ${tool.howToGet}` : undefined;
}

/** Uses a tool, and throws a TargetError when it fails. */
export async function mustRun(tool: Tool, use: Use, io: ToolIo, signal: AbortSignal): Promise<ToolEnd> {
  const end = await runTool(tool, use, io, signal);
  if (!end.isSuccess) throw end.failure();
  return end;
}

/**
 * Uses a tool: no shell, no input, every line into the log. It, and all that it starts, is gone when this settles. Rejects with NotInstalled
 * where there is none, with TargetError where it cannot be started or takes too long, and with the signal's reason.
 */
export async function runTool(tool: Tool, use: Use, io: ToolIo, signal: AbortSignal): Promise<ToolEnd> {
  signal.throwIfAborted();
  const program = findTool(tool);
  if (program === undefined) throw new NotInstalled('is not installed', tool.name, tool.howToGet);
  const command = shownCommand([basename(program), ...use.args]);
  io.log(`$ ${command}`);

  const { cwd } = use;
  const options = { talks: true, leads: true, env: { NO_COLOR: '1' }, ...(cwd !== undefined && { cwd }) };
  const child = await startBound(program, use.args, options).catch((cause: unknown) => {
    throw new TargetError('did not start', tool.name, `see whether it runs by hand: ${command}`, { cause });
  });
  child.process.stdin?.end();
  const heard = hearTool(child, tool.failures, io);
  const end = await untilEnd(child, use.timeoutMs, signal);
  heard.flush();
  signal.throwIfAborted();

  const known = heard.known();
  const failed = (how: string): TargetError =>
    new TargetError(`${how}${heard.quoted()}`, tool.name, known?.fix ?? `see what it does by hand: ${command}`);
  if (end === 'late') throw failed(`was still at work after ${use.timeoutMs / 1000} s, and was ended`);
  const how = end.signal === null ? `exit code ${end.code}` : `ended by ${end.signal}`;
  return {
    isSuccess: end.code === 0 && known?.whatever !== true,
    said: heard.has,
    failure: () => failed(`failed (${how})`),
  };
}

/** Where a tool lies. uhubctl is in a folder for administrators, which a user's PATH may lack. */
export function findTool({ programs }: Pick<Tool, 'programs'>): string | undefined {
  const { PATH = '' } = process.env;
  const env = { PATH: `${PATH}:/usr/sbin:/sbin` };
  const found = programs.map(program => (program.includes('/') ? executable(program) : findProgram(program, env)));
  return found.find(path => path !== undefined);
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
