/** Starts the page's server inside a command. */
import { errorFacts } from '../../core/value/error_text.ts';
import { AlertWatch } from '../../engine/alerts/watch.ts';
import { DatabaseClock, databaseNow } from '../../engine/clock.ts';
import { DagVersions } from '../../engine/dags/versions.ts';
import { ConnectionPools } from '../../engine/worker/connection_pools.ts';
import { registeredFolders } from '../../manifest.ts';
import { accessGuard } from '../../web/access/guard.ts';
import { NoAccessRules, openAccessRules } from '../../web/access/rules.ts';
import { readWebSettings, WebSettingsError } from '../../web/access/settings.ts';
import { createApp } from '../../web/app.ts';
import { loadContributed } from '../../web/contributed/load.ts';
import { LiveHub } from '../../web/live/hub.ts';
import { listenToPostgres } from '../../web/live/postgres_session.ts';
import { MetricsSources } from '../../web/metrics/sources.ts';
import { ListenError, startWebServer, type WebServer } from '../../web/server.ts';
import { alertSender } from '../alerts/sender.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import type { Session } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import type { ListenOptions } from './listen_options.ts';
import { usersFileProblem } from './users_file.ts';

export interface PageParts extends ListenOptions {
  readonly settings: Settings;
  readonly session: Session;
}

const CLOCK_EVERY_MS = 60_000;

/** @throws CommandError for a setting that is wrong or missing, and for an address that cannot be listened on */
export async function startPage(shell: Shell, parts: PageParts): Promise<WebServer> {
  try {
    return await start(shell, parts);
  } catch (error) {
    throw commandError(error) ?? error;
  }
}

async function start(shell: Shell, { settings, session, host, port }: PageParts): Promise<WebServer> {
  const { pool, log } = session;
  const rules = await openAccessRules(readWebSettings(shell.env), {
    host,
    localPerson: CLI_ACTOR.actor,
    log,
  });
  const clock = await keptClock(shell, session);
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
  const guard = accessGuard({ rules, pool, log, now: () => clock.now() });
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

/** A machine that sleeps stops its own clock, and sessions must end all the same. */
async function keptClock({ signal }: Shell, { pool, log }: Session): Promise<DatabaseClock> {
  const clock = await DatabaseClock.read(pool);
  const read = async () => {
    try {
      clock.observe(await databaseNow(pool));
    } catch (error) {
      log.debug('the clock of the database cannot be read', { error: errorFacts(error).errorText });
    }
  };
  const timer = setInterval(read, CLOCK_EVERY_MS).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return clock;
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

function commandError(error: unknown): CommandError | null {
  if (error instanceof NoAccessRules) {
    return new CommandError(
      EXIT.usage,
      `${error.message}. stockflow web user add <name> --role admin --file <file> makes a users file; ` +
        'with --host 127.0.0.1 this machine alone reaches the page, and needs neither',
    );
  }
  if (error instanceof WebSettingsError) return new CommandError(EXIT.usage, error.message);
  if (error instanceof ListenError) return new CommandError(EXIT.problem, listenText(error));
  return usersFileProblem(error);
}

function listenText({ kind, host, port }: ListenError): string {
  switch (kind) {
    case 'port_taken':
      return `port ${port} of ${host} is taken, perhaps by another stockflow up; --port takes another`;
    case 'no_such_address':
      return `this machine has no address ${host}; --host takes one of its own, or 0.0.0.0 for all`;
    case 'not_permitted':
      return `this user may not listen on port ${port}; --port takes one from 1024 on`;
  }
}
