import type { CaseResult, Status } from '../verdict/result.ts';
import type { ReportedRun } from './port.ts';

/** The cases in the order in which they get pictures: those asked for, then what did not pass, the gravest first, then the others. */
export function drawOrder({ results, drawFirst }: Pick<ReportedRun, 'results' | 'drawFirst'>): CaseResult[] {
  const isAsked = ({ suite, target }: CaseResult) => drawFirst?.test(`${suite} @${target}`) ?? false;
  const rank = (result: CaseResult) => (isAsked(result) ? -1 : gravest.indexOf(result.status));
  const ranked = results.cases.map(result => ({ result, rank: rank(result) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ result }) => result);
}

const gravest: readonly Status[] = ['broken', 'failed', 'inconclusive', 'passed', 'skipped'];
