import type { Queryable } from '../store/queryable.ts';

/** The database's clock: read once, and advanced by this process's monotonic clock. */
export class DatabaseClock {
  #databaseAt = Temporal.Instant.fromEpochMilliseconds(0);
  #monotonicMs = 0;

  static async read(db: Queryable): Promise<DatabaseClock> {
    const clock = new DatabaseClock();
    clock.observe(await databaseNow(db));
    return clock;
  }

  /** Sets the clock to an instant that the database has just returned. */
  observe(databaseNow: Temporal.Instant): void {
    this.#databaseAt = databaseNow;
    this.#monotonicMs = performance.now();
  }

  now(): Temporal.Instant {
    return this.#databaseAt.add({ milliseconds: Math.round(performance.now() - this.#monotonicMs) });
  }
}

/** Returns the database's present instant; in a transaction, the instant at which it began. */
export async function databaseNow(db: Queryable): Promise<Temporal.Instant> {
  const { rows } = await db.query<{ now: Temporal.Instant }>({
    name: 'stockflow.now',
    text: 'select now() as now',
  });
  const [row] = rows;
  if (row === undefined) throw new Error('select now() returned no row');
  return row.now;
}
