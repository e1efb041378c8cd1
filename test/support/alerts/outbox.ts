/** An outbox of its own whose alerts go to a receiver. */
import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import type { AlertFacts } from '../../../runner/core/alert/facts.ts';
import type { AlertKind } from '../../../runner/core/alert/kind.ts';
import { AlertDeliverer } from '../../../runner/engine/alerts/deliver.ts';
import { factsOf } from '../../../runner/engine/alerts/outbox.ts';
import type { Log } from '../../../runner/log.ts';
import { insertAlert } from '../../../runner/store/alert/alert.ts';
import { type HttpReceiver, startHttpReceiver } from '../http_receiver.ts';
import { type Lifetime, testDatabase } from '../postgres/database.ts';

const { signal } = new AbortController();

/** A database with DAGs `a`, `b`, ... whose alerts go to the channel `hook`, and a clock that the test sets. */
export interface Outbox {
  readonly url: string;
  readonly pool: Pool;
  readonly hook: HttpReceiver;
  readonly logged: string[];
  clock: Temporal.Instant;
  /** A worker of its own with each call. */
  deliverer(url?: string): AlertDeliverer;
  sendDue(): Promise<void>;
  tell(dagId: string, alert?: Told): Promise<void>;
  rows(): Promise<readonly DeliveryRow[]>;
}

interface Told {
  readonly kind?: AlertKind;
  readonly cause?: string;
  readonly facts?: Partial<AlertFacts>;
}

export interface DeliveryRow {
  readonly dagId: string;
  readonly kind: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
}

export async function outbox(t: Lifetime, options = ''): Promise<Outbox> {
  const { pool, url } = await testDatabase(t, { migrations: ['runner', 'queue'] });
  const hook = await startHttpReceiver(t);
  await pool.query(
    `insert into stockflow.dag (dag_id, file) select id, id || '.yaml' from unnest('{a,b,c,d,e,f,g,h,i,j,k,l}'::text[]) as id`,
  );
  const logged: string[] = [];
  const keep = (message: string, facts?: object) => void logged.push(`${message} ${JSON.stringify(facts)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const { rows } = await pool.query<{ now: Temporal.Instant }>('select clock_timestamp() as now');
  const own: Outbox = {
    url,
    pool,
    hook,
    logged,
    clock: (rows[0]?.now ?? assert.fail()).add({ seconds: 10 }),
    deliverer: (channelUrl = `${hook.url}/canary-of-the-address?secret=canary-of-the-signature${options}`) =>
      new AlertDeliverer({
        pool,
        log,
        env: { STOCKFLOW_CONN_HOOK: channelUrl },
        commandWords: ({ dagId }) => [`to see it: show ${dagId}`],
        webUrl: 'https://flow.example',
        now: async () => own.clock,
      }),
    sendDue: () => own.deliverer().sendDue('hook', { signal }),
    async tell(dagId, { kind = 'failed', cause, facts } = {}) {
      const alert = {
        dagId,
        runId: null,
        scheduledFor: Temporal.Instant.from('2026-03-10T06:00:00Z'),
        kind,
        dedupKey: `${kind}/${dagId}`,
        incident: `${dagId}/1`,
        sentence: `${dagId} ${kind}`,
        facts: { ...factsOf('UTC', '2026-03-10'), ...facts },
        cause: cause ?? null,
      };
      await insertAlert(pool, alert, ['hook']);
    },
    async rows() {
      const found = await pool.query<DeliveryRow>(
        `select a.dag_id as "dagId", a.kind, d.state, d.attempt_count as attempts, d.error_text as error
           from stockflow.alert a join stockflow.alert_delivery d using (alert_id) order by alert_id`,
      );
      return found.rows;
    },
  };
  return own;
}
