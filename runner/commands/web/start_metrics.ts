/** Serves /metrics alone, for a process without the page. */
import { ConnectionPools } from '../../engine/worker/connection_pools.ts';
import { registeredFolders } from '../../manifest.ts';
import { createMetricsApp } from '../../web/metrics/app.ts';
import { MetricsSources } from '../../web/metrics/sources.ts';
import { startWebServer, type WebServer } from '../../web/server.ts';
import type { Shell } from '../cli/command.ts';
import { openAccess, startServer } from './access.ts';
import type { PageParts } from './start_page.ts';

const FLAGS = { host: '--metrics-host', port: '--metrics-port' };

/** @throws CommandError for a setting that is wrong or missing, and for an address that cannot be listened on */
export async function startMetrics(
  shell: Shell,
  { session, host, port }: Omit<PageParts, 'settings'>,
): Promise<WebServer> {
  return await startServer(FLAGS, async () => {
    const { pool, log } = session;
    const { rules, guard } = await openAccess(shell, session, host);
    const sources = await MetricsSources.load({ folders: registeredFolders('metrics', shell.env), log });
    const connections = new ConnectionPools(shell.env, log);
    const app = createMetricsApp({ context: { pool, log, env: shell.env, connections }, guard, sources });
    const server = await startWebServer({ rules, port, app, log, signal: shell.signal });
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await connections[Symbol.asyncDispose]();
      },
    };
  });
}
