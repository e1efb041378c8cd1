/** Reading single values out of a document that may be wrong anywhere. */

import type { Json, JsonObject } from '../../value/json.ts';
import type { KeyPath } from '../key_path.ts';

/** Returns the value at the path, by own properties only; undefined if there is none. */
export function valueAt(root: Json, path: KeyPath): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else value = isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** Returns the map, or an empty one if the value is something else. */
export function asMap(value: Json | undefined): JsonObject {
  return isMap(value) ? value : {};
}

/** Returns the list, or an empty one if the value is something else. */
export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
