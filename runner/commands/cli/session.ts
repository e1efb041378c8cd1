/** A command's use of the database: the one of DATABASE_URL, or the embedded one, found running or started. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { connectDatabase } from '../../connections/postgres/connect.ts';
import { createLog, type Log, type LogOptions } from '../../log.ts';
import { PACKAGE_DIR } from '../../manifest.ts';
import { isQueueInstalled, QUEUE_SCHEMA } from '../../store/queue/schema.ts';
import { migrate, pendingMigrations } from '../../store/schema/migrate.ts';
import type { MigrationSource } from '../../store/schema/migration_file.ts';
import type { Shell } from './command.ts';
import { CommandError, EXIT } from './exit_code.ts';
import { logOptions, type Settings } from './settings.ts';

/** Holds a folder for each set of migrations. */
export const MIGRATIONS_DIR = join(PACKAGE_DIR, 'migrations');

export interface Session extends AsyncDisposable {
  /** Holds the password, where there is one. */
  readonly url: string;
  readonly pool: Pool;
  readonly log: Log;
  readonly isEmbedded: boolean;
  /** Whether DATABASE_URL leads through a pooler, in session mode. */
  readonly isPooled: boolean;
}

export interface SessionOptions {
  /**
   * `check` brings the embedded database up to date and refuses another one that is not; `apply` migrates either;
   * `leave` does neither. `check` by default.
   */
  readonly migrations?: 'check' | 'apply' | 'leave';
  /** The lowest level that reaches stderr, `warn` by default; under STOCKFLOW_DEBUG it is `debug`. */
  readonly logLevel?: LogOptions['level'];
}

/** @throws CommandError when migrations are pending; DatabaseUnreachable; SessionNotKept; EmbeddedPostgresError; MigrationError */
export async function openSession(
  shell: Shell,
  settings: Settings,
  { migrations = 'check', logLevel = 'warn' }: SessionOptions = {},
): Promise<Session> {
  shell.signal.throwIfAborted();
  const log = createLog(logOptions(settings, logLevel));
  const database = await connectDatabase(shell.env, log);
  try {
    const pool = database.createPool({
      applicationName: 'stockflow',
      max: 4,
      onIdleError: (error) => log.debug('an idle session broke', { error: error.message }),
    });
    const isEmbedded = database.embedded !== null;
    const session: Session = {
      url: database.url,
      pool,
      log,
      isEmbedded,
      isPooled: database.poolMode === 'session',
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
    if (migrations === 'apply' || (migrations === 'check' && isEmbedded)) {
      await applyMigrations(session, ['runner']);
    } else if (migrations === 'check') {
      await refusePending(pool);
    }
    return session;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

export interface AppliedMigration {
  /** The name of the set's folder, or `queue`. */
  readonly set: string;
  readonly name: string;
}

/** Applies what is pending, and the queue's own where they are missing. @returns what this call did, in order */
export async function applyMigrations(
  { pool, url, log }: Pick<Session, 'pool' | 'url' | 'log'>,
  sets: readonly string[],
): Promise<readonly AppliedMigration[]> {
  const applied: AppliedMigration[] = [];
  if (!(await isQueueInstalled(pool))) {
    // Only here: the queue's library takes longer to load than most commands take to answer.
    const { migrateQueue } = await import('../../engine/queue/queue.ts');
    await migrateQueue(url, log);
    applied.push({ set: 'queue', name: QUEUE_SCHEMA });
  }
  for (const set of sets) {
    for (const { name } of await migrate(pool, sourceOf(set))) applied.push({ set, name });
  }
  return applied;
}

/** Names of what `migrate` would apply for the runner; empty where the database is up to date. @throws MigrationError */
export async function pendingNames(pool: Pool): Promise<readonly string[]> {
  const pending = await pendingMigrations(pool, sourceOf('runner'));
  const queue = (await isQueueInstalled(pool)) ? [] : [QUEUE_SCHEMA];
  return [...queue, ...pending.map(({ name }) => name)];
}

async function refusePending(pool: Pool): Promise<void> {
  const count = (await pendingNames(pool)).length;
  if (count === 0) return;
  const what = count === 1 ? '1 migration is' : `${count} migrations are`;
  throw new CommandError(EXIT.problem, `${what} pending in the database: run stockflow migrate`);
}

/** Returns the files of a set. */
export function sourceOf(set: string): MigrationSource {
  return { set, directory: join(MIGRATIONS_DIR, set) };
}
