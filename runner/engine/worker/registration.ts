/** A worker's row: what it is, which schema its code knows, and whether the database still has one that fits. */
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import { knownSchemaVersion } from '../../store/schema/runner_migrations.ts';
import { type SchemaMismatch, schemaMismatch } from '../../store/schema/schema_mismatch.ts';
import { LEASE_MS, markWorkerStopped, registerWorker } from '../../store/worker/worker.ts';
import type { WorkerOptions } from './worker_options.ts';

export class Registration {
  readonly #pool: Pool;
  readonly #options: WorkerOptions;
  /** Read once: an upgrade may replace the files below a running worker. */
  readonly #schemaVersion = knownSchemaVersion();
  readonly #unfit = Promise.withResolvers<SchemaMismatch>();

  constructor(pool: Pool, options: WorkerOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Resolves with the first mismatch that `checkSchema` finds. */
  get unfit(): Promise<SchemaMismatch> {
    return this.#unfit.promise;
  }

  /** Inserts a row for this process. @returns the worker id */
  async register(): Promise<number> {
    const { codeVersion, concurrency, leaseMs = LEASE_MS } = this.#options;
    const schemaVersion = this.#schemaVersion;
    return await registerWorker(
      this.#pool,
      { host: hostname(), pid: process.pid, codeVersion, concurrency, schemaVersion },
      leaseMs,
    );
  }

  /** @throws SchemaMismatch */
  async refuseMismatch(): Promise<void> {
    const mismatch = await schemaMismatch(this.#pool, this.#schemaVersion);
    if (mismatch !== null) throw mismatch;
  }

  /** Returns true while the code works with the schema of the database. */
  async checkSchema(workerId: number): Promise<boolean> {
    const mismatch = await schemaMismatch(this.#pool, this.#schemaVersion);
    if (mismatch === null) return true;
    this.#options.log.error('the schema of the database does not fit this worker: it drains and ends', {
      workerId,
      why: mismatch.message,
    });
    this.#unfit.resolve(mismatch);
    return false;
  }

  async deregister(workerId: number): Promise<void> {
    await markWorkerStopped(this.#pool, workerId).catch((error: unknown) => {
      this.#options.log.warn('the worker could not deregister; its lease will expire', {
        error: String(error),
      });
    });
  }
}
