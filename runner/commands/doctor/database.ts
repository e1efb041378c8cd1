/** Checks the runner's database: its state, its clock, and whether it can announce work. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { readMigrationState } from '../../store/schema/migrate.ts';
import { SchemaMismatch } from '../../store/schema/schema_mismatch.ts';
import { countText, spanText } from '../../view/time_text.ts';
import { pendingNames, type Session, sourceOf } from '../cli/session.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const NOTIFY_WITHIN_MS = 5_000;
const CLOCK_ROUNDS = 3;
const MAX_CLOCK_SKEW_MS = 1_000;

export async function checkServer({ pool, isEmbedded, isPooled }: Session): Promise<readonly Finding[]> {
  const begunAt = performance.now();
  const { rows } = await pool.query<{ version: string; database: string; role: string; bytes: number }>(
    `select current_setting('server_version') as version, current_database() as database, current_user as role,
            pg_database_size(current_database())::float8 as bytes`,
  );
  const tookMs = performance.now() - begunAt;
  const [row] = rows;
  const through = isPooled ? ', through a pooler in session mode' : '';
  const kind = isEmbedded ? 'embedded' : `of DATABASE_URL${through}`;
  const megabytes = countText((row?.bytes ?? 0) / 1e6);
  return [
    ok(
      'database',
      `Postgres ${row?.version}, ${kind}, ${row?.database} as ${row?.role}, ${megabytes} MB, answers in ${spanText(tookMs)}`,
    ),
  ];
}

export function migrationsFix(error: unknown): string {
  return error instanceof SchemaMismatch ? 'update Stockflow on this host' : 'run stockflow migrate';
}

export async function checkMigrations({ pool }: Session): Promise<readonly Finding[]> {
  const pending = await pendingNames(pool);
  const { newer } = await readMigrationState(pool, sourceOf('runner'));
  if (newer.length > 0) {
    return [
      warning(
        'migrations',
        `those of a later version, which this one works with: ${newer.map(({ name }) => name).join(', ')}`,
        'finish the upgrade: bring this host to that version',
      ),
    ];
  }
  if (pending.length === 0) return [ok('migrations', 'up to date')];
  return [problem('migrations', `pending: ${pending.join(', ')}`, 'run stockflow migrate')];
}

/** Checks NOTIFY: workers learn of new work by it, and a pooler in between may swallow it. */
export async function checkNotify({ pool }: Session): Promise<readonly Finding[]> {
  const tookMs = await notifyRoundTripMs(pool);
  if (tookMs !== null) return [ok('notify', `a NOTIFY came back in ${spanText(tookMs)}`)];
  return [
    problem(
      'notify',
      `no NOTIFY came back within ${spanText(NOTIFY_WITHIN_MS)}`,
      'let DATABASE_URL lead to Postgres itself, or to a pooler in session mode: without LISTEN work starts up to a second late',
    ),
  ];
}

async function notifyRoundTripMs(pool: Pool): Promise<number | null> {
  const channel = `stockflow_doctor_${randomBytes(8).toString('hex')}`;
  const listener = await pool.connect();
  try {
    await listener.query(`listen ${channel}`);
    const { promise, resolve } = Promise.withResolvers<number | null>();
    const timer = setTimeout(() => resolve(null), NOTIFY_WITHIN_MS);
    const begunAt = performance.now();
    listener.on('notification', () => resolve(performance.now() - begunAt));
    await pool.query('select pg_notify($1, $2)', [channel, '']);
    const tookMs = await promise;
    clearTimeout(timer);
    return tookMs;
  } finally {
    listener.release(true);
  }
}

export async function checkClock({ pool }: Session): Promise<readonly Finding[]> {
  const skewMs = await clockSkewMs(pool);
  const found = `this host is ${spanText(Math.abs(skewMs))} ${skewMs < 0 ? 'behind' : 'ahead of'} the database's clock`;
  if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS) return [ok('clock', found)];
  return [
    warning(
      'clock',
      found,
      'let both hosts follow a time server; schedules go by the database, logs and files by this host',
    ),
  ];
}

/** Returns the difference of the clocks, positive where this host is ahead, from the shortest of several rounds: its middle is known best. */
async function clockSkewMs(pool: Pool): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, skewMs: 0 };
  for (let round = 0; round < CLOCK_ROUNDS; round += 1) {
    const before = Temporal.Now.instant().epochMilliseconds;
    const begunAt = performance.now();
    const { rows } = await pool.query<{ now: Temporal.Instant }>('select clock_timestamp() as now');
    const tookMs = performance.now() - begunAt;
    const there = rows[0]?.now.epochMilliseconds ?? before;
    if (tookMs < best.tookMs) best = { tookMs, skewMs: before + tookMs / 2 - there };
  }
  return best.skewMs;
}
