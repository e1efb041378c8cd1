/** The parts of the OpenAPI 3.1 document that are the same for every endpoint. */
import type { RouteConfig, z } from '@hono/zod-openapi';
import { readManifest } from '../../manifest.ts';
import type { DescribedAnswer, Endpoint, Tag } from './endpoint.ts';
import { problem } from './schema/problem.ts';

const TAG_WORDS: Readonly<Record<Tag, string>> = {
  status: 'How the last run that was due went, for every DAG.',
  dags: 'DAGs: what their files say, when they are due, and the versions that were in force.',
  runs: 'Runs of DAGs.',
  tasks: 'The tasks of a run.',
  backfills: 'Runs of a range of dates.',
  workers: 'Workers, pools, and the queue between them.',
  alerts: 'What was told to whom, and what could not be sent.',
  history: 'The append-only history: who did what, when and why.',
  probes: 'For load balancers and container platforms. They need no log-in.',
};

export const SECURITY_SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of a person: `Authorization: Bearer sf_...`. In a browser the log-in of the page counts too.',
  },
} as const;

export const DOCUMENT_HEAD = {
  openapi: '3.1.0',
  info: {
    title: 'Stockflow',
    version: readManifest().version,
    license: { name: 'MIT', identifier: 'MIT' },
    description: [
      'Everything that the command line shows and does, in the shapes of its `-o json`: keys in snake_case, instants in UTC as',
      'RFC 3339, dates as `2026-01-31`, durations in milliseconds (`*_ms`), sizes in bytes.',
      'Errors are problem details (RFC 9457). Within v1 answers may get further keys, and none is taken away.',
    ].join(' '),
  },
  tags: Object.entries(TAG_WORDS).map(([name, description]) => ({ name, description })),
  // Bound to loopback there is no log-in.
  security: [{}, { token: [] }],
};

/** Returns how the OpenAPI document describes an endpoint. */
export function routeConfigOf(endpoint: Endpoint, path: string): RouteConfig {
  const { operation, params, query, body, headers, role } = endpoint;
  const { method, id, tag, summary, description } = operation;
  const hasKeys = (schema: z.ZodObject) => Object.keys(schema.shape).length > 0;
  const needsRole = role === 'viewer' ? '' : `Needs the role ${role}.`;
  const words = [description ?? '', needsRole].filter((text) => text !== '').join(' ');
  return {
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    ...(words === '' ? {} : { description: words }),
    request: {
      ...(hasKeys(params) ? { params } : {}),
      ...(hasKeys(query) ? { query } : {}),
      ...(headers === null ? {} : { headers }),
      ...(body === null
        ? {}
        : {
            body: {
              required: !body.safeParse({}).success,
              content: { 'application/json': { schema: body } },
            },
          }),
    },
    responses: {
      ...Object.fromEntries(operation.answers.map((answer) => [answer.status, responseOf(answer)])),
      ...Object.fromEntries(refusalsOf(endpoint).map(([status, words]) => [status, problemResponse(words)])),
    },
  };
}

function responseOf({ description, schema }: DescribedAnswer) {
  if (schema !== null) return { description, content: { 'application/json': { schema } } };
  return { description, content: { 'application/octet-stream': { schema: {} } } };
}

function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: problem } } };
}

function refusalsOf({ params, body }: Endpoint): readonly (readonly [number, string])[] {
  const isNamed = Object.keys(params.shape).length > 0;
  return [
    ...(body === null ? [] : [[400, 'The body is not JSON.'] as const]),
    [401, 'Nobody is logged in, and no valid token was sent.'],
    [403, body === null ? 'The request came from another site.' : 'The role does not allow it.'],
    ...(isNamed || body !== null
      ? [
          [404, 'What the request names is not there.'] as const,
          [409, 'Not possible as things stand now.'] as const,
        ]
      : []),
    ...(body === null
      ? []
      : [[413, 'The body is too large.'] as const, [415, 'The body is not application/json.'] as const]),
    [422, 'A key or a value is not allowed; `problems` names each.'],
    [500, 'An error on our side.'],
    [503, 'The database does not answer.'],
  ];
}
