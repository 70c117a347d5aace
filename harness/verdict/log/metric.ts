import type { Budget, Statistic } from '../../suite/suite.ts';
import { judgeFigure, notMeasured } from '../budget.ts';
import type { LogFigure, Verdict } from '../result.ts';
import { explainEnd, type SessionEnd } from '../session.ts';
import { valuesNeeded } from '../stats.ts';
import type { Heard } from './heard.ts';

/** A budget of a figure that the log tells. */
type MetricBudget = Extract<Budget, { readonly kind: 'metric' }>;

/** Judges one statistic of one name's values. */
export function judgeMetric(budget: MetricBudget, { metrics, failures }: Heard, end: SessionEnd): Verdict {
  const { metric, statistic } = budget;
  const figure = metrics.figures.find(({ name }) => name === metric);
  if (!figure) {
    const names = metrics.figures
      .map(({ name }) => name)
      .slice(0, mostNames)
      .join(', ');
    const why = end.status === 'complete' ? '' : `; ${explainEnd(end)}`;
    return notMeasured(budget, `the log never tells ${metric}; it tells ${names || 'no figures'}${why}`);
  }
  const value = figure[statistic];
  const doubt = doubtOf(statistic, figure);
  const isLast = figure.count === 1 ? '1 value' : `${figure.count} values`;
  const note = failures[0] && `line ${failures[0].line} failed besides`;
  return judgeFigure(
    budget,
    {
      name: `${statistic} of ${metric}`,
      value,
      evidence: evidenceOf(budget),
      detail: isLast,
      ...(doubt !== undefined && { doubt }),
      ...(note && { note }),
    },
    end,
  );
}

const mostNames = 12;

/** What more lines could still do to it. */
function evidenceOf({ statistic, relation }: MetricBudget): 'grows' | 'moves' {
  if (statistic === 'max' || statistic === 'count') return relation === '<=' ? 'grows' : 'moves';
  if (statistic === 'min') return relation === '>=' ? 'grows' : 'moves'; // it only sinks, and is missed for good
  return 'moves';
}

const percents: Partial<Record<Statistic, number>> = { median: 50, p90: 90, p99: 99 };

/** As of latencies: a percentile has to be told from the most; one value is its own median, where the log says a mean itself. */
function doubtOf(statistic: Statistic, { count, kept }: LogFigure): string | undefined {
  const percent = percents[statistic];
  if (percent === undefined) return undefined;
  if (kept !== undefined) return `only the first ${kept} of ${count} values were kept one by one`;
  const needed = percent === 50 ? 1 : valuesNeeded(percent);
  return count >= needed ? undefined : `a ${statistic} needs at least ${needed} values, there are ${count}`;
}
