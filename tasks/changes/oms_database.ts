/** The database of the OMS whose changes are shown, read in one transaction. */
import type { Pool, PoolClient } from 'pg';
import { type ConnectionPools, connectionVariable } from '../../runner/history.ts';

const CONNECTION = 'oms';
/** The variable that names the OMS's database. */
export const OMS_VARIABLE = connectionVariable(CONNECTION);

/** Neither the connection nor the runner's own database has the tables of an OMS. */
export class NoOms extends Error {
  override name = 'NoOms';
  /** Whether the connection is set: then it is its database that has no such tables. */
  readonly isSet: boolean;
  constructor(isSet: boolean) {
    super(
      `${isSet ? `what ${OMS_VARIABLE} names` : `this database (and ${OMS_VARIABLE} is not set)`} has no OMS tables of this version`,
    );
    this.isSet = isSet;
  }
}

export interface OmsSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connections: Pick<ConnectionPools, 'postgres'>;
  /** The runner's own database, which holds the OMS in the demo, and where the OMS's tables were migrated into it. */
  readonly pool: Pool;
}

/** Returns the pool of the OMS: of the connection where it is set, else the runner's own. @throws NoOms; ConnectionError */
async function omsPool({ env, connections, pool }: OmsSource): Promise<Pool> {
  const isSet = Boolean(env[OMS_VARIABLE]);
  const oms = isSet ? connections.postgres(CONNECTION) : pool;
  const { rows } = await oms.query<{ has_oms: boolean }>(
    "select to_regclass('oms.inventory_delta_batch') is not null as has_oms",
  );
  if (!rows[0]?.has_oms) throw new NoOms(isSet);
  return oms;
}

/**
 * Returns the pool of an OMS of which only the counts are read, whether or not the sync has ever worked on it.
 * @throws NoOms; ConnectionError
 */
export async function countsPool({ env, connections, pool }: OmsSource): Promise<Pool> {
  const isSet = Boolean(env[OMS_VARIABLE]);
  const oms = isSet ? connections.postgres(CONNECTION) : pool;
  const { rows } = await oms.query<{ has_counts: boolean }>(
    "select to_regclass('oms.inventory_item_detail') is not null as has_counts",
  );
  if (!rows[0]?.has_counts) throw new NoOms(isSet);
  return oms;
}

export interface OmsReading extends AsyncDisposable {
  readonly client: PoolClient;
  /** Ends the transaction well; without it the session is closed. */
  commit(): Promise<void>;
}

/**
 * Begins a read-only transaction, in which all figures and lists are of one instant.
 * @throws NoOms; ConnectionError
 */
export async function readOms(source: OmsSource): Promise<OmsReading> {
  const client = await (await omsPool(source)).connect();
  // A running statement would delay the caller's end; closing the session ends it.
  let isOver = false;
  const reading: OmsReading = {
    client,
    async commit() {
      await client.query('commit');
      isOver = true;
    },
    async [Symbol.asyncDispose]() {
      client.release(!isOver);
    },
  };
  try {
    await client.query('begin isolation level repeatable read read only');
    return reading;
  } catch (error) {
    await reading[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs `work` in such a transaction. @throws NoOms; ConnectionError */
export async function withOms<Result>(
  source: OmsSource,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  await using reading = await readOms(source);
  const result = await work(reading.client);
  await reading.commit();
  return result;
}
