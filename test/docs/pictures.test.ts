import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pages, ROOT } from './pages.ts';
import { SCHEMES, SHOTS, SIZES } from './screenshots/pictures.ts';
import { smallPng } from './screenshots/small_png.ts';

const FOLDER = 'docs/images/web';
const there = readdirSync(path.join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);

/** Returns the pictures that the documentation shows, in light and in dark, relative to the root. */
function shown(): readonly string[] {
  return pages.flatMap(({ file, text }) =>
    [...text.matchAll(/(?:src|srcset)="([^"]+)"|!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, attribute, link]) =>
      path.posix.join(path.posix.dirname(file), attribute ?? link ?? ''),
    ),
  );
}

test('every picture that the documentation shows is there, and none is there unseen', () => {
  assert.deepEqual([...new Set(shown())].toSorted(), there.toSorted());
});

test('the script that takes the pictures takes these, no more and no fewer', () => {
  const taken = SHOTS.flatMap(({ name }) =>
    SCHEMES.flatMap((scheme) => Object.keys(SIZES).map((size) => `${FOLDER}/${name}_${scheme}_${size}.png`)),
  );
  assert.deepEqual(taken.toSorted(), there.toSorted());
});

test('all pictures together have less than 4 MB', () => {
  const bytes = there.reduce((sum, file) => sum + readFileSync(path.join(ROOT, file)).length, 0);
  assert.ok(bytes < 4_000_000, `${bytes} bytes`);
});

test('a picture is made small by a palette, and what has none is refused', () => {
  // Two pixels, red and blue, RGB without a filter.
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DAwPAfAAcAAf9+CLHQAAAAAElFTkSuQmCC',
    'base64',
  );
  const small = smallPng(png);
  const at = small.indexOf('PLTE') + 4;
  assert.deepEqual([...small.subarray(at, at + 6)], [0x00, 0x00, 0xff, 0xff, 0x00, 0x00]);
  assert.throws(() => smallPng(small), /a PNG of depth 8 and type 3/);
});
