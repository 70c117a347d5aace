import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { readPng } from './png.ts';

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);
const base64 = (text: string) => Buffer.from(text, 'base64');

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colour?: number;
  readonly interlace?: number;
}

function ihdr({ width, height, depth = 8, colour = 0, interlace = 0 }: Header): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

/** A PNG of a header and its filtered rows. */
function png(header: Header, rows: Uint8Array, extra: readonly Buffer[] = []): Buffer {
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const pixels = chunk('IDAT', deflateSync(rows));
  return Buffer.concat([signature, ihdr(header), ...extra, pixels, chunk('IEND', new Uint8Array(0))]);
}

// written by Pillow 9.4; the interlaced ones, and the one with a transparent gray, by a writer that Pillow reads back
test.each<[string, string, readonly number[], readonly number[]]>([
  [
    'gray',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNkYGRk/MvICAADGQEEnGoNgQAAAABJRU5ErkJggg==',
    [2, 3, 1],
    [0, 1, 2, 253, 254, 255],
  ],
  [
    'RGB',
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNkENGwsbFhqOhZsOXEHQAVrATuu6j5zgAAAABJRU5ErkJggg==',
    [2, 2, 3],
    [0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220],
  ],
  [
    'RGB with alpha',
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGNgkLOJqpi25RIACeEDSRvqLDgAAAAASUVORK5CYII=',
    [1, 2, 4],
    [0, 30, 60, 90, 120, 150, 180, 210],
  ],
  [
    'gray of 16 bits',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR4nGNgYGBk+v8fAAMOAgLp1oruAAAAAElFTkSuQmCC',
    [1, 3, 1],
    [0, 258, 65_535],
  ],
  [
    'a palette of 2 bits',
    'iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEX/AAAA/wAJCAcAAACvE2KlAAAACklEQVR4nGOQBAAAGwAaLtKNrQAAAABJRU5ErkJggg==',
    [1, 4, 3],
    [255, 0, 0, 0, 255, 0, 9, 8, 7, 0, 255, 0],
  ],
  [
    'a palette with alpha',
    'iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAACVBMVEX/AAAA/wAJCAdZJAYjAAAAAnRSTlMAgJsrThgAAAAKSURBVHicY5AEAAAbABou0o2tAAAAAElFTkSuQmCC',
    [1, 4, 4],
    [255, 0, 0, 0, 0, 255, 0, 128, 9, 8, 7, 255, 0, 255, 0, 128],
  ],
  [
    'black and white of 1 bit, spread to 255',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAABAQAAAAAzmykZAAAACklEQVR4nGNYAAAAogCh3I2xzAAAAABJRU5ErkJggg==',
    [1, 3, 1],
    [255, 0, 255],
  ],
  [
    'interlaced gray of 4 bits, spread to 255',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACBAAAAAEK6ORRAAAAA3RFWHRhAGLcSaI7AAAAB0lEQVR4nGNgYPzAcnvO7wAAAApJREFUFMBs9RkACGoCdMYyv88AAAAASUVORK5CYII=',
    [2, 3, 1],
    [0, 85, 255, 51, 170, 17],
  ],
  [
    'a gray that is transparent',
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAA3RFWHRhAGLcSaI7AAAAAnRSTlMAB+j3WJsAAAAHSURBVHicY2BgBwAeVzQpAAAABElEQVQACgAI6W/q4wAAAABJRU5ErkJggg==',
    [1, 2, 2],
    [0, 255, 7, 0],
  ],
])('%s is read', (_, file, shape, values) => {
  const image = readPng(base64(file), fail);
  expect([...image.values]).toEqual(values);
  expect(image.shape).toEqual(shape);
});

// 11 × 13 pixels, (31 y + 17 x (channel + 1) + x y) mod 2^depth, all seven passes and five filters; the digest is numpy's, over doubles
test.each([
  [
    1,
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALAQAAAAH7zgpaAAAAA3RFWHRhAGLcSaI7AAAAB0lEQVR4nGNgYGRgHTVtFQAAACNJREFUYmBmYGFgQGb9AbLqgKw/QNb/H8wNf0Gi/38w/v8JAIArCv+cDpq4AAAAAElFTkSuQmCC',
    '41c8dd8fb1c936a5fc1a1cf53e0aefc9acff4aef08bde921d76e46fd0f7d6ae4',
  ],
  [
    8,
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALCAIAAAFc16CgAAAAA3RFWHRhAGLcSaI7AAAAB0lEQVR4nGNgYGDomjqjAwAAAXVJREFUEJjB+OPHjxMBN5hcOs6cmZHCbBVTNyFEgqWmpiZkxh0IYlBySUs7Y7Qq5B/jshOvIGJMLS0tU6ZMWbJkCbOdnZ1remdE977s9cV1wSsmlt9dMnsSyAC9gCK9Kz16U4r0Atj0Apas+VLEYGZmltO3YdEzrRt2S/imybm8m1HlJsQoqGQMtAIZMTk4OLi4uHh4ePj4+AQEBISEhDBnFlaZe0RaekVb+8Tu9btvH5DIAlSl5+KiFwBSBbItJIQBaJZz2crSU/LL5abeLOLmPtbIGJhUbBZRhYyY5OXlDZ2CnVPbQzt2p69+X3lOuftj+FyR7vXm+w9Gfb5cq/50QfT3w/3Mfn5+WsbW2iY2Oqa2umZ2eub2+jscDCwdDa2cjKwPb7Zx2WLrutXOjQUYBmLqFjDkJuYBZ/sFwMXDLBhu3rz5kUmYU9tXMaTdsvZg4LLfmedNG3/kz1RcudHr8cli2Ydzwn8encgoLi4upW1DEAEAkEWhdc/HgeAAAAAASUVORK5CYII=',
    '550c11f688dd6294c3adb7ba83a13de9aa780271e0cf3704a37e83f21b66564f',
  ],
  [
    16,
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALEAYAAAGDJeu0AAAAA3RFWHRhAGLcSaI7AAAAB0lEQVR4nG1Te2iNIuYZYwAAAuBJREFUcRh+nvf3UUNya6TYhlLGsLGLzTZznM1sc9hx3VbIpWW5HPe1KVqhCdPoyJR0ms1WI0SEtDASufwx5Zr4Y39MizKJvN93zrG5fE9vb+/99vuA8Lefg+iXaKI7CLaJR9rNCoEL+/GQg5T8stpMMZzBYu6WaDlCr4yQYgsVIXjp50tG0wuHh2VgjCZZq2nWapJ4+nGOXv6UBqIebejggL8jhVU2UMVa1NqEABUIGKSHMAfrcABNWIpq3mQX1rOFW3gFu1nIBvmBGu6QV2zVsJM8KhE9TcbRQ59mj8NzHNTMcVrBR5t70Jd1th0BTEEzvqi+GUwMoYyHeJ5PeYYfZYJsYLukS8D0k4Fy3Iw29eKSTuO3sqTcuK0h1mtisM6doJOHp3c4HU5H5h+yIDMElw015iCHSshjnkMeeGiTFwp6DUqxGeXYiyR1XMYOpDAXRShjKvJQwk7eQAHfcBMyNGwlfFYwPzN1SLtGLe2h7RrB/LXO8D681WV4nSoczDFMoIuzuZ2NepptfCBRspVnZbQcMwP4QnymvwlIf7lr9lhp5AKu0jtUIVEvU67rTORSlqMuLFN5UKYjC6JCmIosFGI1ZmMN9qERi3RD19GpZ27CJyZgFx5xLHeiGl1copOd4jBWi6CFSbwl2bjN5fwsB/GMlTJenuADT0uRicRXtsphU2RQEMIEPUqqTh+LaUjTdzQR0zGTbkzSntKRrTtIQoZufTKv6q7m6lNIwSzkaoMzmIV5jEcqW3VfFzXaxXxewkzNUsDLGu3GfOv3E43EeCTrwpUzWUMjactzHb0bbkZqkWRdftAvN+gXshco99h6bSAYt7CXfbGjx4sQuigcynGMYKz2s5Ex+nvt4zWmsJK3pY/epJ7fxcNSPpbpcpJ72C0b5SNPSIw0mqm8ILny3lTwvmwxo8w9vpM6s8Qawm9yx9RYJeTwIDBSl5aG/P9xprGXzF72Hj0dv3/1Yf9fbVzc2Tf/xfUAAAAASUVORK5CYII=',
    'bcf30a00203695d4d03e8eeedb736a310a0578050f040304f9821fe10f4599be',
  ],
])('an interlaced image of %i bits is put together from its passes', (_, file, digest) => {
  const { values, shape } = readPng(base64(file), fail);
  expect(shape.slice(0, 2)).toEqual([11, 13]);
  expect(
    createHash('sha256')
      .update(new Uint8Array(Float64Array.from(values).buffer))
      .digest('hex'),
  ).toBe(digest);
});

const whole = png({ width: 2, height: 1 }, Uint8Array.from([0, 7, 8]));
const changed = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte));

test.each<[string, () => Uint8Array, RegExp]>([
  ['another file', () => Buffer.from('GIF89a'), /is no PNG file: save it as PNG or PGM/],
  ['a flipped bit in its header', () => changed(17), /checksum of its chunk IHDR is wrong/],
  ['a flipped bit in its pixels', () => changed(44), /checksum of its chunk IDAT is wrong/],
  ['nothing behind its signature', () => whole.subarray(0, 8), /is cut short/],
  ['half of itself', () => whole.subarray(0, 50), /is cut short/],
  ['no end', () => whole.subarray(0, whole.length - 12), /is cut short/],
  [
    'two headers',
    () => png({ width: 2, height: 1 }, new Uint8Array(3), [ihdr({ width: 9, height: 9 })]),
    /it has no one header/,
  ],
  ['fewer pixels than it says', () => png({ width: 2, height: 2 }, new Uint8Array(3)), /do not inflate to 6 bytes/],
  [
    'pixels that go on and on',
    () => png({ width: 2, height: 1 }, new Uint8Array(64 << 20)),
    /do not inflate to 3 bytes/,
  ],
  ['no pixels', () => png({ width: 0, height: 1 }, new Uint8Array(1)), /says it is 0 × 1 pixels/],
  [
    'more pixels than memory',
    () => png({ width: 2 ** 31, height: 2 ** 31 }, new Uint8Array(1)),
    /says it is 2147483648 × 2147483648 pixels/,
  ],
  [
    'an unknown colour type',
    () => png({ width: 1, height: 1, colour: 5 }, new Uint8Array(2)),
    /unknown kind: colour type 5, 8 bits/,
  ],
  ['RGB of 4 bits', () => png({ width: 1, height: 1, colour: 2, depth: 4 }, new Uint8Array(3)), /type 2, 4 bits/],
  ['an unknown interlace', () => png({ width: 1, height: 1, interlace: 2 }, new Uint8Array(2)), /unknown kind/],
  ['an unknown filter', () => png({ width: 1, height: 1 }, Uint8Array.from([5, 0])), /a row has the filter 5/],
  [
    'a colour that its palette lacks',
    () => png({ width: 1, height: 1, colour: 3 }, Uint8Array.from([0, 2]), [chunk('PLTE', new Uint8Array(6))]),
    /uses colour 2, which its palette lacks/,
  ],
])('%s is refused by name', (_, file, message) => {
  expect(() => readPng(file(), fail)).toThrow(message);
});
