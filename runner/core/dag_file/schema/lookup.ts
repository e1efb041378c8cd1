/** What a zod schema takes at a place: asked when a message is to name what was meant. */
import { z } from 'zod';
import type { Json } from '../../value/json.ts';
import type { KeyPath } from '../key_path.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The keys that a map at the path takes, in the order of the schema. */
export function keysAt(schema: z.ZodType, path: KeyPath): readonly string[] {
  const keys = schemasAt(schema, path).flatMap((found) => Object.keys(found.properties ?? {}));
  return [...new Set(keys)];
}

/** An example that the schema gives for the value at the path, or null. */
export function exampleAt(schema: z.ZodType, path: KeyPath): Json | null {
  const [example] = schemasAt(schema, path).flatMap((found) => found.examples ?? []);
  return typeof example === 'string' || typeof example === 'number' ? example : null;
}

/** What the schema's author noted under the key, of the value at the path; undefined where nothing is noted. */
export function annotationAt(schema: z.ZodType, path: KeyPath, key: string): unknown {
  return schemasAt(schema, path).find((found) => key in found)?.[key];
}

const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>();

/** Made once per schema: a bad file asks for it at every error. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  jsonSchemas.set(schema, made);
  return made;
}

/** Every alternative that the schema has for the path. */
function schemasAt(schema: z.ZodType, path: KeyPath): readonly JsonSchema[] {
  const root = jsonSchemaOf(schema);
  let found = alternatives(root, root);
  for (const step of path) {
    found = found.flatMap((holder) => inside(holder, step).flatMap((inner) => alternatives(inner, root)));
  }
  return found;
}

function inside(holder: JsonSchema, step: string | number): readonly JsonSchema[] {
  const own = typeof step === 'string' ? holder.properties?.[step] : holder.prefixItems?.[step];
  const rest = typeof step === 'string' ? holder.additionalProperties : holder.items;
  return [own ?? rest].flat().filter((schema) => typeof schema === 'object');
}

function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): readonly JsonSchema[] {
  const name = schema.$ref?.split('/').at(-1);
  const referred = name === undefined ? undefined : name === '#' ? root : root.$defs?.[name];
  const inner = [referred, schema.anyOf, schema.oneOf, schema.allOf].flat();
  const schemas = inner.filter((each) => typeof each === 'object');
  // A schema that refers to itself has no end.
  return depth > 8 ? [] : [schema, ...schemas.flatMap((each) => alternatives(each, root, depth + 1))];
}
