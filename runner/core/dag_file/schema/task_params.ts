/** Makes the JSON Schema of a task type's params, to be embedded in that of DAG files. */
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Subschema = JsonSchema | boolean;

const A_TEMPLATE: JsonSchema = { type: 'string', pattern: '\\$\\{\\{' };
const TEXT_CONSTRAINTS = ['pattern', 'format', 'enum', 'minLength', 'maxLength'] as const;

/**
 * Returns the schema of `with`, in which every value may also be a template.
 * @param pointer the place of the schema in the document, such as `#/$defs/with_export`: its references are rewritten
 *   to it
 */
export function withJsonSchema(params: z.ZodType, pointer: string): JsonSchema {
  const { $schema: _, ...schema }: JsonSchema = z.toJSONSchema(params, {
    io: 'input',
    unrepresentable: 'any',
  });
  return rebased(openValues(schema), pointer);
}

function openValues(schema: JsonSchema): JsonSchema {
  const { properties, items, prefixItems, additionalProperties, $defs } = schema;
  const open: JsonSchema = { ...schema };
  if (properties !== undefined) open.properties = mapValues(properties, orTemplate);
  if (isSchema(items)) open.items = orTemplate(items);
  if (prefixItems !== undefined) open.prefixItems = prefixItems.map(orTemplate);
  if (isSchema(additionalProperties)) open.additionalProperties = orTemplate(additionalProperties);
  if ($defs !== undefined) open.$defs = mapValues($defs, openValues);
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const alternatives = schema[key];
    if (alternatives !== undefined) open[key] = alternatives.map(openValues);
  }
  return open;
}

/**
 * Adds a template as an alternative to a value. The annotations stay outermost. A constant gets no alternative, as it
 * tells the branches of a union apart.
 */
function orTemplate(schema: Subschema): Subschema {
  if (typeof schema === 'boolean' || schema.const !== undefined || takesAnyText(schema)) return schema;
  const annotations = new Set(['title', 'description', 'default', 'examples']);
  const entries = Object.entries(openValues(schema));
  const rest = Object.fromEntries(entries.filter(([key]) => !annotations.has(key)));
  return {
    ...Object.fromEntries(entries.filter(([key]) => annotations.has(key))),
    anyOf: [rest, A_TEMPLATE],
  };
}

function takesAnyText(schema: JsonSchema): boolean {
  return schema.type === 'string' && TEXT_CONSTRAINTS.every((key) => schema[key] === undefined);
}

function rebased(schema: JsonSchema, pointer: string): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? pointer + value.slice(1) : value,
  );
  return JSON.parse(text);
}

function isSchema(found: Subschema | Subschema[] | undefined): found is JsonSchema {
  return typeof found === 'object' && !Array.isArray(found);
}

function mapValues<Value, Changed>(map: Record<string, Value>, change: (value: Value) => Changed) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
