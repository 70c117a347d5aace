import { HarnessError } from '../errors.ts';

/**
 * A generated report page without the scripts that report to the generator's maker. Throws HarnessError when something that would
 * load from another host is left: a new generator version must not phone home unnoticed.
 */
export function withoutAnalytics(html: string): string {
  const quiet = html.replace(remoteScript, '').replace(analyticsCall, '');
  const left = remoteLoads(quiet);
  if (left.length === 0) return quiet;
  throw new HarnessError(
    `would load ${left.slice(0, 3).join(', ')} when opened`,
    'the generated report',
    'report this with the version of the generator',
  );
}

/** The elements of a page that load from another host when it is opened; empty for a page that makes no request. */
export function remoteLoads(html: string): string[] {
  const loads = [...html.matchAll(remoteElement)].map(match => match[0]);
  const trackers = [...html.matchAll(tracker)].map(match => match[0]);
  return [...loads, ...trackers];
}

const remoteScript = /<script\b[^>]*\bsrc="(?:https?:)?\/\/[^"]*"[^>]*>\s*<\/script>/g;
const analyticsCall = /<script>(?:(?!<\/script>)[\s\S])*?\bgtag\((?:(?!<\/script>)[\s\S])*?<\/script>/g;
const remoteElement =
  /<(?:script|link|img|iframe|object|embed|source|audio|video|track|base)\b[^<>]{0,500}?\b(?:src|href|data|srcset)=["']?(?:https?:)?\/\/[^"'\s>]*/g;
const tracker = /googletagmanager\.com|google-analytics\.com|gtag\(/g;
