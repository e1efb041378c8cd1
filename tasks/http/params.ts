import { z } from 'zod';
import { connectionId, duration } from '../../runner/task.ts';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Headers that the connection or the runner sets. A secret belongs into the connection, never into a DAG file. */
const RESERVED = [
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'host',
  'idempotency-key',
  'proxy-authorization',
  'transfer-encoding',
];

const headers = z
  .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'a header is 1 to 64 of A-Z a-z 0-9 -'), z.string())
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const message = RESERVED.includes(name.toLowerCase())
        ? `the runner sets this header itself; a log-in belongs into the connection: STOCKFLOW_CONN_<ID>`
        : /^[\x20-\x7e]*$/.test(value)
          ? null
          : 'a header holds printable ASCII only';
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const status = z.int().min(100).max(599);

/** The statuses after which the same request may succeed later. */
const MOMENTARY = [408, 425, 429, 500, 502, 503, 504];

export const httpParams = z
  .strictObject({
    connection: connectionId(),
    method: z.enum(METHODS).default('GET'),
    path: z
      .string()
      .regex(/^\/[^\s?#]*$/, 'begins with / and holds no space, ? or #; parameters belong into query')
      .describe("below the connection's URL, such as /v2/counts"),
    query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
    headers: headers.default({}),
    json: z.json().optional().describe('the body, sent as JSON'),
    expect: z
      .strictObject({
        status: z.array(status).min(1).optional().describe('by default any from 200 to 299'),
        json: z
          .json()
          .optional()
          .describe('fields that the answer must have with these values; it may have more'),
      })
      .prefault({}),
    retry_on: z.array(status).default(MOMENTARY).describe('statuses after which the task is retried'),
    max_wait: duration({
      description:
        'how long it waits in all where the server says Retry-After; then it is a failure, which is retried',
    }).prefault('1h'),
    timeout: duration({ description: 'the longest time for the request and its answer' }).prefault('30s'),
    max_response_bytes: z.int().min(1).max(16_000_000).default(1_000_000),
    output: z
      .enum(['body', 'status'])
      .default('body')
      .describe('whether the output has the body of the answer'),
  })
  .refine(({ method, json }) => json === undefined || (method !== 'GET' && method !== 'HEAD'), {
    path: ['json'],
    error: 'a GET or HEAD has no body: write method: POST',
  });

export type HttpParams = z.output<typeof httpParams>;
