import { expect, test } from 'vitest';
import { element, escapeMarkup } from './markup.ts';

test('text of others cannot become markup, in content or in an attribute', () => {
  expect(element('a', { title: `"><script>` }, escapeMarkup(`<b>'&'`))).toBe(
    '<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&#39;&amp;&#39;</a>',
  );
});

test('characters that XML forbids are shown as pictures', () => {
  expect(escapeMarkup('\u0000\u001b[31m\u007f\ufffe')).toBe('␀␛[31m␡\ufffd');
});

test('half of a surrogate pair is replaced, a whole pair is kept', () => {
  expect(escapeMarkup('\ud83d 😀')).toBe('\ufffd 😀');
});

test('a missing attribute is left out, and numbers are short', () => {
  expect(element('rect', { x: 1 / 3, y: undefined, rx: null })).toBe('<rect x="0.33"/>');
});
