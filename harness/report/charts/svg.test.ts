import { expect, test } from 'vitest';
import { allNamed, parseXml } from '../../fixtures/xml.ts';
import { chartSvg, ellipsize, widthOf } from './svg.ts';

const chart = chartSvg({ height: 100, title: 'A & <B>', facts: 'x'.repeat(300), drawing: [] });

test('a chart is one document that loads nothing, has no script, and knows both colour schemes', () => {
  expect(allNamed(parseXml(chart), 'svg')).toHaveLength(1);
  expect(chart.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|<script|@import/);
  expect(chart).toContain('prefers-color-scheme: dark');
});

test('text that is too long keeps both its ends', () => {
  const name = `first_${'x'.repeat(80)}_last`;
  const cut = ellipsize(name, 200, 12);
  expect(cut).toMatch(/^first_x+…x*_last$/);
  expect(widthOf(cut, 12)).toBeLessThanOrEqual(200);
});

test('text that fits is left alone, and a character is never cut in half', () => {
  expect(ellipsize('fits', 200, 12)).toBe('fits');
  expect(ellipsize('😀'.repeat(60), 100, 12)).toMatch(/^(😀)+…(😀)+$/u);
});
