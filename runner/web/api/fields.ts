/** The path parameters and the keys of bodies that several endpoints take. */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Idempotency } from '../../engine/operator/idempotency.ts';
import type { Viewer } from '../page.ts';
import { InvalidRequest } from './request.ts';

const NAME = z.string().max(200);

export const dagPath = z.strictObject({
  dag: NAME.openapi({ description: 'The id of a DAG.', param: { name: 'dag', in: 'path' } }),
});

/** A run to look at may be named by its DAG; one to change has to be named itself, as a newer one may have come meanwhile. */
export const runPath = z.strictObject({
  run: NAME.openapi({
    description: 'The id of a run, or of a DAG for its newest run.',
    param: { name: 'run', in: 'path' },
  }),
});

export function idPath<Name extends string>(name: Name, description: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'write its id, a whole number')
    .transform(Number)
    .openapi({ type: 'integer', minimum: 1, description, param: { name, in: 'path' } });
}

export const runIdPath = z.strictObject({ run: idPath('run', 'The id of a run.') });

const taskName = NAME.openapi({ description: 'The id of a task.', param: { name: 'task', in: 'path' } });
export const taskPath = z.strictObject({ ...runPath.shape, task: taskName });
export const taskIdPath = z.strictObject({ ...runIdPath.shape, task: taskName });

export const backfillPath = z.strictObject({
  backfill: NAME.openapi({
    description: 'The id of a backfill, or of a DAG for its newest one.',
    param: { name: 'backfill', in: 'path' },
  }),
});
export const backfillIdPath = z.strictObject({ backfill: idPath('backfill', 'The id of a backfill.') });

const REASON_AT_MOST = 2_000;
const reasonText = () => z.string().trim().min(1, 'write why').max(REASON_AT_MOST);

export const reason = reasonText()
  .nullable()
  .default(null)
  .openapi({ description: 'Kept in the history, with the name of the person.' });

export const requiredReason = reasonText().openapi({
  description: 'Kept in the history, with the name of the person.',
});

/** A body that holds nothing but the reason. */
export const reasonBody = z.strictObject({ reason });

export const params = z.record(z.string(), z.json()).default({}).openapi({
  type: 'object',
  additionalProperties: true,
  description: 'Params of the DAG by name; text is read as the type of the param.',
});

export function dateField(description: string) {
  return z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date such as 2026-01-31')
    .transform((text, context) => {
      try {
        return Temporal.PlainDate.from(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        context.addIssue({ code: 'custom', message: `there is no date ${text}` });
        return z.NEVER;
      }
    })
    .openapi({ type: 'string', format: 'date', description, examples: ['2026-01-31'] });
}

export function instantField(description: string) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return Temporal.Instant.from(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        context.addIssue({
          code: 'custom',
          message: 'write an instant with its offset, such as 2026-01-31T06:00:00Z',
        });
        return z.NEVER;
      }
    })
    .openapi({ type: 'string', format: 'date-time', description, examples: ['2026-01-31T06:00:00Z'] });
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

export const idempotencyHeaders = z.object({
  'Idempotency-Key': z.string().regex(IDEMPOTENCY_KEY).optional().openapi({
    description:
      'A name for this request, such as a UUID. The same request with the same key, sent again within a day, makes nothing and gets what the first one made.',
  }),
});

/** @throws InvalidRequest for a key that is no name */
export function idempotencyOf(
  { headers, viewer, url }: { readonly headers: Headers; readonly viewer: Viewer; readonly url: URL },
  body: JsonObject,
): Idempotency | null {
  const key = headers.get('idempotency-key');
  if (key === null) return null;
  if (!IDEMPOTENCY_KEY.test(key))
    throw new InvalidRequest([
      { in: 'header', key: 'Idempotency-Key', message: 'write 1 to 200 visible ASCII characters' },
    ]);
  const asked = canonicalJson({ person: viewer.name, path: url.pathname, body });
  return { key, requestSha256: createHash('sha256').update(asked).digest('hex') };
}

/** The order of keys makes no other request. */
function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_, part: Json) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
