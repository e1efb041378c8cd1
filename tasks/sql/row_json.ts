import type { Json, JsonObject } from '../../runner/task.ts';

/**
 * Returns a row as JSON. Dates, instants and exact numbers are text, bytes are hex with `\x` before, as Postgres writes them;
 * NaN and infinities, which JSON lacks, are text.
 */
export function rowJson(row: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonOf(value)]));
}

function jsonOf(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object') return String(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonOf(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonOf(inner)]));
}
