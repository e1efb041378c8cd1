/** The longest text of an error or a message that is stored, in UTF-16 code units. */
export const MAX_ERROR_CHARS = 8_000;

/** Returns the text as Postgres accepts it in `text` and `jsonb`, at most `MAX_ERROR_CHARS` long. */
export function cleanText(text: string): string {
  const capped = text.length > MAX_ERROR_CHARS ? `${text.slice(0, MAX_ERROR_CHARS)} ... (cut)` : text;
  return capped.toWellFormed().replaceAll('\0', '\u2400');
}
