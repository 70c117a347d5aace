import { type Initialized, initialize } from '../init/init.ts';
import { formatQuantity } from '../units.ts';
import { say, sayJson, table } from './say.ts';

/** `tickmark init`: a suite for every model of the repository it is called in. */
export async function init({ json }: { json?: boolean }): Promise<void> {
  const done = await initialize(process.cwd());
  if (json) sayJson(asJson(done));
  else say(asText(done));
}

function asText({ found, passedOver, suites }: Initialized): string {
  const rows = [
    ...found.models.map(({ path, bytes }) => ['found', path, formatQuantity(bytes.length, 'B')]),
    ...found.images.map(image => ['found', image.path, imageText(image)]),
    ...found.unreadable.map(text => ['passed over', text, '']),
    ...(found.isWhole ? [] : [['passed over', 'the rest of the repository', 'it has too many files']]),
    ...passedOver.map(({ model, why }) => ['passed over', model, why]),
    ...suites.map(({ files, model }) => ['wrote', files.join(', '), `for ${model}`]),
  ];
  const names = suites.map(({ name }) => name).join(' ');
  const next = `Now run ${suites.length === 1 ? 'it' : 'them'}: npx tickmark run ${names}`;
  return `${table(rows)}\n\n${next}\nKeep out of git what runs leave and what is of this machine alone: reports/out/, test-results/ and boards.local.yaml in .gitignore`;
}

function imageText({ models, hasAgent }: Initialized['found']['images'][number]): string {
  const carried =
    models.length === 0 ? 'no model in it' : `${models.length} model${models.length === 1 ? '' : 's'} in it`;
  return `${carried}, ${hasAgent ? 'with' : 'without'} the Tickmark agent`;
}

function asJson({ found: { models, images, unreadable, isWhole }, passedOver, suites }: Initialized) {
  return {
    models: models.map(({ path, sha256 }) => ({ path, sha256 })),
    images: images.map(({ path, hasAgent, models: carried }) => ({ path, hasAgent, models: carried.length })),
    unreadable,
    isWhole,
    passedOver,
    suites,
  };
}
