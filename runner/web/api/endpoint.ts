/** An endpoint of the HTTP API: what it takes and what it answers, described by schemas, and the function that answers. */
import { z } from '@hono/zod-openapi';
import type { Json } from '../../core/value/json.ts';
import type { Role } from '../access/role.ts';
import type { WebContext } from '../context.ts';
import type { Viewer } from '../page.ts';
import { checkPart, readBody } from './request.ts';

export const TAGS = [
  'status',
  'dags',
  'runs',
  'tasks',
  'backfills',
  'workers',
  'alerts',
  'history',
  'probes',
] as const;
export type Tag = (typeof TAGS)[number];

/** The request of a client, not yet checked. */
export interface RawRequest {
  readonly context: WebContext;
  readonly viewer: Viewer;
  readonly url: URL;
  /** The parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly request: Request;
}

/** The request of a client, checked. */
export interface ApiRequest<Params, Query, Body> {
  readonly context: WebContext;
  readonly viewer: Viewer;
  readonly url: URL;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: 200 | 201;
  readonly body: Json | ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
}

/** One answer of an endpoint that is not an error. */
export interface DescribedAnswer {
  readonly status: 200 | 201;
  readonly description: string;
  /** Null for bytes. */
  readonly schema: z.ZodType | null;
}

/** The parts of an endpoint that the OpenAPI document is made from. */
export interface Operation {
  readonly method: 'get' | 'post';
  /** Below `/api/v1`: `/runs/{run}`. */
  readonly path: string;
  /** The operationId, by which generated clients name the function. */
  readonly id: string;
  readonly tag: Tag;
  /** A few words. */
  readonly summary: string;
  readonly description?: string;
  readonly answers: readonly DescribedAnswer[];
}

export interface Endpoint {
  readonly operation: Operation;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null for an endpoint that takes no body. */
  readonly body: z.ZodObject | null;
  readonly headers: z.ZodObject | null;
  /** The least role that may. */
  readonly role: Role;
  /** @throws InvalidRequest; errors that `problemOf` knows */
  answer(raw: RawRequest): Promise<Answer>;
}

type Reading<Params extends z.ZodObject, Query extends z.ZodObject> = Omit<
  Operation,
  'method' | 'answers'
> & {
  readonly params: Params;
  readonly query: Query;
  /** Null for bytes. */
  readonly schema: z.ZodType | null;
  readonly returns: string;
  handle(request: ApiRequest<z.output<Params>, z.output<Query>, null>): Promise<Answer>;
};

/** Returns an endpoint that changes nothing. */
export function reading<Params extends z.ZodObject, Query extends z.ZodObject>({
  params,
  query,
  schema,
  returns,
  handle,
  ...operation
}: Reading<Params, Query>): Endpoint {
  return {
    operation: { ...operation, method: 'get', answers: [{ status: 200, description: returns, schema }] },
    params,
    query,
    body: null,
    headers: null,
    role: 'viewer',
    answer: async (raw) =>
      await handle({
        ...shared(raw),
        params: checkPart(params, raw.params, 'path'),
        query: checkPart(query, queryOf(raw.url), 'query'),
        body: null,
      }),
  };
}

type Writing<Params extends z.ZodObject, Body extends z.ZodObject> = Omit<Operation, 'method'> & {
  readonly params: Params;
  readonly body: Body;
  readonly headers?: z.ZodObject;
  handle(request: ApiRequest<z.output<Params>, null, z.output<Body>>): Promise<Answer>;
};

/** Returns an endpoint that operators may call. */
export function writing<Params extends z.ZodObject, Body extends z.ZodObject>({
  params,
  body,
  headers,
  handle,
  ...operation
}: Writing<Params, Body>): Endpoint {
  return {
    operation: { ...operation, method: 'post' },
    params,
    query: NO_QUERY,
    body,
    headers: headers ?? null,
    role: 'operator',
    answer: async (raw) => {
      checkPart(NO_QUERY, queryOf(raw.url), 'query');
      return await handle({
        ...shared(raw),
        params: checkPart(params, raw.params, 'path'),
        query: null,
        body: checkPart(body, await readBody(raw.request), 'body'),
      });
    },
  };
}

export const NO_PARAMS = z.strictObject({});
export const NO_QUERY = z.strictObject({});

/** Answers 200 with JSON. */
export function ok(body: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, body, headers };
}

/** Answers 201 with JSON, and where the new thing is. */
export function created(body: Json, location: string): Answer {
  return { status: 201, body, headers: { location } };
}

function shared({ context, viewer, url, request }: RawRequest) {
  return { context, viewer, url, headers: request.headers, signal: request.signal };
}

/** Returns the query's values; a name that comes twice has a list, which no schema accepts by mistake. */
function queryOf({ searchParams }: URL): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
