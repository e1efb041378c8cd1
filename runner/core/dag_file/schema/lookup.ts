/** Looks up what a zod schema accepts at a path, for messages that suggest what was meant. */
import { z } from 'zod';
import type { Json } from '../../value/json.ts';
import type { KeyPath } from '../key_path.ts';
import { isMap, valueAt } from '../yaml/values.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Returns the keys that a map at the path accepts, in the order of the schema. */
export function keysAt(schema: z.ZodType, path: KeyPath): readonly string[] {
  const keys = schemasAt(schema, path).flatMap((found) => Object.keys(found.properties ?? {}));
  return [...new Set(keys)];
}

/** Returns an example that the schema gives for the value at the path, or null. */
export function exampleAt(schema: z.ZodType, path: KeyPath): Json | null {
  const [example] = schemasAt(schema, path).flatMap((found) => found.examples ?? []);
  return typeof example === 'string' || typeof example === 'number' ? example : null;
}

/**
 * Returns the annotation of the value at the path under the key; undefined if there is none. Of a union whose branches a constant
 * tells apart, only the branch of `whole` counts.
 * @param whole the value to which the schema belongs
 */
export function annotationAt(
  schema: z.ZodType,
  { path, whole }: { readonly path: KeyPath; readonly whole: Json },
  key: string,
): unknown {
  return schemasAt(schema, path, whole).find((found) => key in found)?.[key];
}

const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>();

/** Returns the JSON Schema of a zod schema, cached because each problem of a file looks it up. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  jsonSchemas.set(schema, made);
  return made;
}

/** Returns every alternative of the schema at the path, without those whose constants the value contradicts. */
function schemasAt(schema: z.ZodType, path: KeyPath, whole: Json = null): readonly JsonSchema[] {
  const root = jsonSchemaOf(schema);
  let value: Json | undefined = whole;
  let found = alternatives(root, root).filter((each) => fits(each, value));
  for (const step of path) {
    value = value === undefined ? undefined : valueAt(value, [step]);
    found = found
      .flatMap((holder) => inside(holder, step).flatMap((inner) => alternatives(inner, root)))
      .filter((each) => fits(each, value));
  }
  return found;
}

/** Returns false for a map that differs from the schema in a constant, such as the branch of a union for another kind. */
function fits({ properties = {} }: JsonSchema, value: Json | undefined): boolean {
  if (value === undefined || !isMap(value)) return true;
  return Object.entries(properties).every(([key, property]) => {
    const constant = typeof property === 'object' ? property.const : undefined;
    return constant === undefined || value[key] === undefined || value[key] === constant;
  });
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
  // A schema that refers to itself would never end.
  return depth > 8 ? [] : [schema, ...schemas.flatMap((each) => alternatives(each, root, depth + 1))];
}
