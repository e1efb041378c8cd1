/** The OpenAPI document as a check of answers. */
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ApiWorld } from './world.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly security: readonly object[];
  readonly components: { readonly securitySchemes: object };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface DescribedOperation extends Operation {
  readonly method: string;
  readonly path: string;
}

export interface DescribedApi {
  readonly document: OpenApiDocument;
  readonly operations: readonly DescribedOperation[];
  /** Returns what is wrong with an answer by the document: a key that it does not describe is wrong too. */
  problemsOf(
    operationId: string,
    answer: { readonly status: number; readonly type: string; readonly json: unknown },
  ): readonly string[];
}

export async function describedApi(world: ApiWorld): Promise<DescribedApi> {
  const { json } = await world.get('/api/v1/openapi.json');
  const document = json as OpenApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true, discriminator: false });
  addFormats.default(ajv);
  ajv.addSchema(closed(document) as AnySchema, 'api');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );
  return {
    document,
    operations,
    problemsOf(operationId, { status, type, json: answer }) {
      const operation = operations.find((one) => one.operationId === operationId);
      if (operation === undefined) return [`there is no operation ${operationId}`];
      const [mediaType = ''] = type.split(';');
      if (operation.responses[status]?.content?.[mediaType] === undefined)
        return [`the document has no answer ${status} of type ${type}`];
      const pointer = [
        'paths',
        operation.path,
        operation.method,
        'responses',
        String(status),
        'content',
        mediaType,
      ];
      const escaped = pointer.map((part) =>
        encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
      );
      const validate = ajv.compile({ $ref: `api#/${escaped.join('/')}/schema` });
      if (validate(answer)) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    },
  };
}

/** Returns the document with every object closed: for a client further keys are allowed, here they are undocumented. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isOpenObject = 'properties' in value && !('additionalProperties' in value);
  return isOpenObject && typeof value.properties === 'object'
    ? { ...parts, additionalProperties: false }
    : parts;
}
