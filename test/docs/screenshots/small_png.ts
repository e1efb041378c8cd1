/** Makes the PNG of a page a quarter as large: its pixels as indexes into a palette of 256 colours. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
/** The squared distance of two colours that look the same beside each other. */
const ALIKE = 120;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** `0xrrggbb`, row by row from the top. */
  readonly pixels: Uint32Array;
}

/** @param png of 8 bits a channel, RGB or RGBA, not interlaced, as browsers write it */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = commonest(pixels);
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows[y * (width + 1) + 1 + x] = indexOf(pixels[y * width + x] ?? 0, palette, indexes);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function decode(png: Buffer): Picture {
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height, depth, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]];
  const step = kind === 6 ? 4 : 3;
  if (depth !== 8 || (kind !== 6 && kind !== 2)) throw new Error(`a PNG of depth ${depth} and type ${kind}`);
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), { height, stride: width * step, step });
  const pixels = Uint32Array.from({ length: width * height }, (_, index) =>
    bytes.readUIntBE(index * step, 3),
  );
  return { width, height, pixels };
}

/** Undoes the filter of each row (PNG, 9.2): a byte is kept as its difference to those left of and above it. */
function unfiltered(
  filtered: Buffer,
  { height, stride, step }: { readonly height: number; readonly stride: number; readonly step: number },
): Buffer {
  const bytes = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y += 1) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < step ? 0 : (bytes[at - step] ?? 0);
      const above = y === 0 ? 0 : (bytes[at - stride] ?? 0);
      const aboveLeft = x < step || y === 0 ? 0 : (bytes[at - stride - step] ?? 0);
      const base = [0, left, above, (left + above) >> 1, paeth(left, above, aboveLeft)][filter ?? 0] ?? 0;
      bytes[at] = (filtered[y * (stride + 1) + 1 + x] ?? 0) + base;
    }
  }
  return bytes;
}

function paeth(left: number, above: number, aboveLeft: number): number {
  const [a, b, c] = [
    Math.abs(above - aboveLeft),
    Math.abs(left - aboveLeft),
    Math.abs(left + above - 2 * aboveLeft),
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? above : aboveLeft;
}

/** Returns the commonest colours, each of which differs visibly from those before it, so that a rare mark keeps its own. */
function commonest(pixels: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette: number[] = [];
  for (const [colour] of [...counts].toSorted(([colourA, a], [colourB, b]) => b - a || colourA - colourB)) {
    if (palette.length === COLOURS) break;
    if (palette.every((other) => distance(colour, other) > ALIKE)) palette.push(colour);
  }
  return palette;
}

/** Returns the place of the nearest colour of the palette, and keeps it in `indexes`. */
function indexOf(colour: number, palette: readonly number[], indexes: Map<number, number>): number {
  const known = indexes.get(colour);
  if (known !== undefined) return known;
  const distances = palette.map((other) => distance(colour, other));
  const nearest = distances.indexOf(Math.min(...distances));
  indexes.set(colour, nearest);
  return nearest;
}

function distance(a: number, b: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
