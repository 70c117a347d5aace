import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A module to run in a thread or process of its own, and the Node options it needs for that. */
export interface EntryPoint {
  readonly url: URL;
  /** For `fork`, which takes no URL. */
  readonly path: string;
  readonly execArgv: readonly string[];
}

/**
 * Finds the sibling module `name` of the module at `from` (an `import.meta.url`): the compiled file when the caller runs compiled,
 * the TypeScript one, loaded through tsx, when it runs from the source tree.
 */
export function entryPoint(name: string, from: string): EntryPoint {
  const isSource = new URL(from).pathname.endsWith('.ts');
  const url = new URL(`./${name}.${isSource ? 'ts' : 'js'}`, from);
  return { url, path: fileURLToPath(url), execArgv: isSource ? ['--import', tsxLoader()] : [] };
}

/**
 * tsx by its URL, since a bare name would be looked up from the working directory; and registered by hand, since its own loader
 * does nothing in a worker thread.
 */
function tsxLoader(): string {
  const api = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/\.cjs$/, '.mjs');
  return `data:text/javascript,${encodeURIComponent(`import { register } from '${api}'; register();`)}`;
}
