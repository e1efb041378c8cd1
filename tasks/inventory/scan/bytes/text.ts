/** The encodings whose bytes the scanner reads: UTF-8, or one byte a character. */
export type ByteEncoding = 'utf-8' | 'windows-1252';

const WINDOWS_1252 = new Map(
  Array.from(new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))).map(
    (character, byte) => [character, byte] as const,
  ),
);

/** Encodes text; `null` if the encoding lacks a character. */
export function encodeText(text: string, encoding: ByteEncoding): Uint8Array | null {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const byte = WINDOWS_1252.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Decodes bytes and keeps a byte order mark, so that the text encodes to the same bytes again. */
export function decodeText(bytes: Uint8Array, encoding: ByteEncoding): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}
