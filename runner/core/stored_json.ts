/** Whether Postgres can keep this JSON text as jsonb: it takes neither a NUL nor a lone surrogate. */
export function isStorableJson(text: string): boolean {
  return !text.includes('\\u0000') && !/\\ud[89ab][0-9a-f]{2}/i.test(text);
}
