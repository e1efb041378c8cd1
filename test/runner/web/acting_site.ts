/** The web application over an engine, without a port: pages are read and forms are sent as a person of a role. */
import type { Hono } from 'hono';
import { DagVersions } from '../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../runner/engine/worker/connection_pools.ts';
import type { Role } from '../../../runner/web/access/role.ts';
import { createApp } from '../../../runner/web/app.ts';
import type { WebEnv } from '../../../runner/web/env.ts';
import { refusalOf } from '../../../runner/web/http_error.ts';
import { type TestEngine, testLog } from '../../support/engine/engine.ts';
import { noLive } from '../../support/web/no_live.ts';

export interface ActingSite {
  read(path: string): Promise<Answered>;
  /** Sends a form. */
  send(path: string, form?: Readonly<Record<string, string>>): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** The sentence on what was done. */
  readonly done: string;
}

/** The name of everybody who uses the site. */
export const PERSON = 'night_shift';

export function actingSite(engine: TestEngine, role: Role): ActingSite {
  const { pool, dagsDir } = engine;
  const app = createApp({
    context: {
      pool,
      dagsDir,
      live: noLive,
      versions: new DagVersions(pool),
      log: testLog,
      env: {},
      projectDir: dagsDir,
      signal: new AbortController().signal,
      connections: new ConnectionPools({}, testLog),
      linksOfRun: ({ run }) => [{ href: `/changes/${run.runId}`, label: 'What it changed' }],
      taskTypes: async () => engine.taskTypes,
    },
    guard: (guarded: Hono<WebEnv>) => {
      guarded.use(async (request, next) => {
        request.set('viewer', { name: PERSON, role, hasSession: false });
        await next();
      });
    },
  });
  app.onError((error, request) => {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return request.text(refusal.sentence, refusal.status);
  });
  const answered = async (response: Response): Promise<Answered> => ({
    status: response.status,
    body: await response.text(),
    headers: response.headers,
    done: decodeURIComponent(
      /^stockflow_done=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '',
    ),
  });
  return {
    read: async (path) => await answered(await app.request(path)),
    send: async (path, form = {}) =>
      await answered(await app.request(path, { method: 'POST', body: new URLSearchParams(form) })),
  };
}
