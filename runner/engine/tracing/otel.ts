import type { Pool } from 'pg';
import type { Environment } from '../../connections/connection_config.ts';
import type { Log } from '../../log.ts';
import type { DatabaseClock } from '../clock.ts';

/** The module of OpenTelemetry's API. It is loaded by processes that run tasks, when they start. */
export type Api = typeof import('@opentelemetry/api');

/** The parts of the engine that traces use. */
export interface TracingHost {
  readonly pool: Pool;
  readonly clock: DatabaseClock;
  readonly env: Environment;
  readonly log: Log;
}
