import { PostgresClient } from './client.ts';
import type { DatabaseAddress } from './errors.ts';
import { POOLER_TIMEOUT_MS, type PoolMode, poolModeOf } from './pooler.ts';

/** The server at a URL, and how it is reached. */
export interface PostgresServer {
  readonly address: DatabaseAddress;
  /** `18.4` */
  readonly version: string;
  /** 180004 */
  readonly versionNumber: number;
  readonly isStandby: boolean;
  readonly poolMode: PoolMode;
}

/** Logs in, reads the facts of the server, and disconnects. @throws DatabaseUnreachable; ConnectionLost */
export async function readServer(url: string, applicationName: string): Promise<PostgresServer> {
  const openClient = () =>
    new PostgresClient({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: POOLER_TIMEOUT_MS,
      query_timeout: POOLER_TIMEOUT_MS,
    });
  const client = openClient();
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; number: number; standby: boolean; pid: number }>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
              pg_is_in_recovery() as standby, pg_backend_pid() as pid`,
    );
    const [{ version, number, standby, pid } = { version: '', number: 0, standby: false, pid: 0 }] = rows;
    return {
      address: client.address,
      version,
      versionNumber: number,
      isStandby: standby,
      poolMode: await poolModeOf(client, pid, openClient),
    };
  } finally {
    await client.end();
  }
}
