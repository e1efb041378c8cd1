/** Probes of load balancers and container platforms: whether the process is alive, and whether it can serve. */
import { join } from 'node:path';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import { PACKAGE_DIR } from '../../manifest.ts';
import { isQueueInstalled } from '../../store/queue/schema.ts';
import { pendingMigrations } from '../../store/schema/migrate.ts';
import { MigrationError } from '../../store/schema/migration_file.ts';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';

const MIGRATIONS = {
  set: 'runner',
  directory: join(PACKAGE_DIR, 'migrations/runner'),
};
/** Shorter than probes wait as a rule. */
const ANSWER_WITHIN_MS = 3_000;

const alive = z.object({ status: z.literal('ok') }).openapi('Alive');
const readiness = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    reason: z.string().nullable().openapi({ description: 'Why it cannot serve; null while it can.' }),
  })
  .openapi('Readiness');

export function mountProbes(api: OpenAPIHono<WebEnv>, { pool, log }: WebContext): void {
  const json = (description: string, schema: z.ZodType) => ({
    description,
    content: { 'application/json': { schema } },
  });
  api.openAPIRegistry.registerPath({
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    tags: ['probes'],
    summary: 'Whether the process is alive; the database is not asked.',
    security: [],
    responses: { 200: json('It is.', alive) },
  });
  api.get('/healthz', (c) => c.json({ status: 'ok' }));
  api.openAPIRegistry.registerPath({
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    tags: ['probes'],
    summary: 'Whether requests can be served: the database answers, and its migrations are applied.',
    security: [],
    responses: { 200: json('They can.', readiness), 503: json('They cannot.', readiness) },
  });
  api.get('/readyz', async (c) => {
    const reason = await whyNotReady(pool, (error) => log.warn('not ready', { error: String(error) }));
    return c.json({ status: reason === null ? 'ok' : 'unavailable', reason }, reason === null ? 200 : 503);
  });
}

/**
 * Returns why requests cannot be served, without an address or a secret; null while they can.
 *
 * @param onError told of an error whose text stays on this side
 */
async function whyNotReady(pool: Pool, onError: (error: unknown) => void): Promise<string | null> {
  try {
    return await Promise.race([schemaProblem(pool), tooLate()]);
  } catch (error) {
    onError(error);
    if (error instanceof MigrationError) return 'the database and this version of Stockflow do not fit';
    return 'the database does not answer';
  }
}

async function schemaProblem(pool: Pool): Promise<string | null> {
  const pending = await pendingMigrations(pool, MIGRATIONS);
  if (pending.length > 0)
    return pending.length === 1 ? '1 migration is pending' : `${pending.length} migrations are pending`;
  return (await isQueueInstalled(pool)) ? null : 'the queue is not installed in the database';
}

async function tooLate(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_WITHIN_MS);
  timer.unref();
  return await promise;
}
