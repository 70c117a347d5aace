import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { imageOption, workersOption } from './options.ts';

test('images are paths by target, from the folder that the command runs in', () => {
  const images = imageOption(['pico=build/app.elf', 'nucleo=/a=b.elf'], '/home/me');
  expect(images).toEqual({ pico: '/home/me/build/app.elf', nucleo: '/a=b.elf' });
  expect(imageOption(undefined)).toEqual({});
});

test.each([['pico'], ['=app.elf'], ['pico='], ['pico=a.elf', 'pico=b.elf']])('refuses %s %s', (...given) => {
  expect(() => imageOption(given, '/')).toThrow(InputError);
});

test('so many emulators at once, or as many as the plan chooses', () => {
  expect(workersOption('2')).toEqual({ emulators: 2 });
  expect(workersOption(undefined)).toEqual({});
});

test.each(['0', '-1', '1.5', 'many', '', '1e3', '100000'])('refuses --workers "%s"', text => {
  expect(() => workersOption(text)).toThrow(InputError);
});
