import { PostgresClient } from '../client.ts';

const LEASE_NAME = 'stockflow lease';

/** A session that marks this process as a user of the embedded server. It ends with the process, however that ends. */
export interface PostgresLease {
  /** Returns the application names of the other clients' sessions, and whether a lease is among them. */
  others(): Promise<{ readonly names: readonly string[]; readonly leased: boolean }>;
  close(): Promise<void>;
}

/** Opens a lease. @param onLost called once if the session ends before `close` @throws DatabaseUnreachable */
export async function openLease(url: string, onLost: () => void): Promise<PostgresLease> {
  const client = new PostgresClient({
    connectionString: url,
    application_name: `${LEASE_NAME} of pid ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  });
  let open = false;
  // 'end' follows each 'error', and is sufficient.
  client.on('error', () => {});
  client.on('end', () => {
    if (open) onLost();
  });
  await client.connect();
  open = true;
  return {
    async others() {
      const { rows } = await client.query<{ name: string }>(
        `select application_name as name from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      const names = rows.map(({ name }) => name);
      return { names, leased: names.some((name) => name.startsWith(LEASE_NAME)) };
    },
    async close() {
      open = false;
      await client.end();
    },
  };
}
