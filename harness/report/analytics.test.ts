import { expect, test } from 'vitest';
import { remoteLoads, withoutAnalytics } from './analytics.ts';

const page = (inside: string) =>
  `<html><body><script>window.data = 1;</script>${inside}<script>start();</script></body></html>`;

test('the script that reports to the maker goes, and those of the report stay', () => {
  const tag = `<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>
    <script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);} gtag('js', new Date());</script>`;
  expect(withoutAnalytics(page(tag)).replace(/\s+/g, '')).toBe(page('').replace(/\s+/g, ''));
});

test.each([
  '<link rel="stylesheet" href="https://fonts.example/a.css">',
  '<img src="//tracker.example/pixel.gif">',
  '<script>fetch("https://www.google-analytics.com/collect")</script>',
  "<iframe title='x' src='http://example.org'></iframe>",
])('a page that would still load from elsewhere is refused: %s', inside => {
  expect(() => withoutAnalytics(page(inside))).toThrow('when opened');
});

test('a link that a person may follow is no load', () => {
  expect(remoteLoads(page('<a href="https://example.org">docs</a>'))).toEqual([]);
});

test('a report in one file may hold megabytes of data', () => {
  const startedMs = performance.now();
  expect(remoteLoads(page(`<script>d('x','${'<img '.repeat(200_000)}')</script>`))).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(2000);
});
