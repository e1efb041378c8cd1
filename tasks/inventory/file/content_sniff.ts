/** Recognizes content other than CSV by a file's first bytes. */
import type { Encoding } from './dialect.ts';

/** The number of first bytes that `foreignContent` needs, or the whole of a shorter file. */
export const SNIFF_BYTES = 512;

const MAGIC: readonly (readonly [kind: string, ...bytes: number[]])[] = [
  ['gzip', 0x1f, 0x8b],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['zip (empty)', 0x50, 0x4b, 0x05, 0x06],
  ['PDF', 0x25, 0x50, 0x44, 0x46],
  ['Excel (xls)', 0xd0, 0xcf, 0x11, 0xe0],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['bzip2', 0x42, 0x5a, 0x68],
  ['7z', 0x37, 0x7a, 0xbc, 0xaf],
  ['PGP message', ...new TextEncoder().encode('-----BEGIN PGP')],
];

export function isGzip(first: Uint8Array): boolean {
  return first[0] === 0x1f && first[1] === 0x8b;
}

/** Names the kind of content if it cannot be a CSV in `encoding`; `null` if it can. */
export function foreignContent(first: Uint8Array, encoding: Encoding): string | null {
  for (const [kind, ...magic] of MAGIC) {
    if (first.length >= magic.length && magic.every((byte, at) => first[at] === byte)) return kind;
  }
  if (first[0] === 0xfe && first[1] === 0xff) return 'UTF-16 big-endian text';
  if (encoding === 'utf-16le') return null;
  if (first[0] === 0xff && first[1] === 0xfe) return 'UTF-16 little-endian text';
  if (looksLikeUtf16(first)) return 'UTF-16 text';
  const text = new TextDecoder('latin1').decode(first.subarray(0, SNIFF_BYTES)).trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'HTML';
  if (text.startsWith('<?xml')) return 'XML';
  if (text.startsWith('{') || text.startsWith('[{')) return 'JSON';
  return null;
}

/** Returns whether every other byte is NUL, as in ASCII text in UTF-16. */
function looksLikeUtf16(first: Uint8Array): boolean {
  const head = first.subarray(0, 64);
  const nulCount = head.filter((byte) => byte === 0).length;
  return head.length >= 8 && nulCount * 3 >= head.length && nulCount * 2 <= head.length + 1;
}
