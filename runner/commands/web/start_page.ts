/** Starts the page's server inside a command. */
import { AlertWatch } from '../../engine/alerts/watch.ts';
import { DagVersions } from '../../engine/dags/versions.ts';
import { ConnectionPools } from '../../engine/worker/connection_pools.ts';
import { registeredFolders } from '../../manifest.ts';
import { createApp } from '../../web/app.ts';
import { loadContributed } from '../../web/contributed/load.ts';
import { LiveHub } from '../../web/live/hub.ts';
import { listenToPostgres } from '../../web/live/postgres_session.ts';
import { MetricsSources } from '../../web/metrics/sources.ts';
import { startWebServer, type WebServer } from '../../web/server.ts';
import { alertSender } from '../alerts/sender.ts';
import type { Shell } from '../cli/command.ts';
import type { Session } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { openAccess, startServer } from './access.ts';
import type { ListenOptions } from './listen_options.ts';

export interface PageParts extends ListenOptions {
  readonly settings: Settings;
  readonly session: Session;
}

const FLAGS = { host: '--host', port: '--port' };

/** @throws CommandError for a setting that is wrong or missing, and for an address that cannot be listened on */
export async function startPage(shell: Shell, parts: PageParts): Promise<WebServer> {
  return await startServer(FLAGS, () => start(shell, parts));
}

async function start(shell: Shell, { settings, session, host, port }: PageParts): Promise<WebServer> {
  const { pool, log } = session;
  const { rules, guard } = await openAccess(shell, session, host);
  const connections = new ConnectionPools(shell.env, log);
  const contributed = await loadContributed(registeredFolders('pages', shell.env), log);
  const metricsSources = await MetricsSources.load({ folders: registeredFolders('metrics', shell.env), log });
  const versions = new DagVersions(pool, settings.alertsTo);
  const live = new LiveHub({ openSession: (onHint) => listenToPostgres(session.url, onHint), log });
  const context = {
    pool,
    versions,
    log,
    live,
    dagsDir: settings.dagsDir,
    env: shell.env,
    projectDir: process.cwd(),
    signal: shell.signal,
    connections,
    linksOfRun: contributed.linksOfRun,
    taskTypes: onceOf(() => taskTypesOf(settings)),
  };
  const app = createApp({ context, guard, contributed, metricsSources });
  const server = await startWebServer({ rules, port, app, log, signal: shell.signal });
  const alerts = new AlertWatch({ pool, versions, sender: alertSender(shell, session), log });
  return {
    ...server,
    closed: server.closed.finally(() =>
      Promise.all([live, alerts].map((part) => part[Symbol.asyncDispose]())),
    ),
    async [Symbol.asyncDispose]() {
      await alerts[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await connections[Symbol.asyncDispose]();
    },
  };
}

/** Returns the value that the first call made; one that failed is made anew. */
function onceOf<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}
