/** The routes of live updates: the body of each page, and the log of each attempt. */
import type { Context, Hono } from 'hono';
import type { AttemptKey } from '../../store/live/topic.ts';
import { dagVersionOfInstance, readAttemptLog } from '../../store/task/log.ts';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';
import { HttpError } from '../http_error.ts';
import { pageRequest } from '../mount_pages.ts';
import type { Page } from '../page.ts';
import { eventStreamResponse } from './event_stream.ts';
import { NoLiveConnection } from './hub.ts';
import type { ReadLines } from './log.ts';
import { logLine } from './log_lines.ts';

export function mountLive(app: Hono<WebEnv>, context: WebContext, pages: readonly Page[]): void {
  app.get('/live/log/:instance{[0-9]+}/:attempt{[0-9]+}', (request) => followLog(request, context));
  for (const page of pages) {
    app.get(page.path === '/' ? '/live/' : `/live${page.path}`, (request) =>
      followPage(request, context, page),
    );
  }
}

/** Readers of one role share a rendering. */
async function followPage(request: Context<WebEnv>, context: WebContext, page: Page): Promise<Response> {
  const { role } = request.get('viewer');
  const { pathname, search } = new URL(request.req.url);
  // The request ends before the page is rendered again.
  const asked = pageRequest(request, context);
  return await respond(request, () =>
    context.live.followPage(`${role} ${pathname}${search}`, async (memory) => {
      const { topics, body } = await page.open({ ...asked, memory });
      return { topics, html: String(await body({ role })) };
    }),
  );
}

async function followLog(request: Context<WebEnv>, context: WebContext): Promise<Response> {
  const attempt: AttemptKey = {
    taskInstanceId: Number(request.req.param('instance')),
    attemptNumber: Number(request.req.param('attempt')),
  };
  const dagVersionId = await dagVersionOfInstance(context.pool, attempt.taskInstanceId);
  if (dagVersionId === null) throw new HttpError(404, `there is no task instance ${attempt.taskInstanceId}`);
  const { timezone } = (await context.versions.get(dagVersionId)).dag;
  const read: ReadLines = async (after) => {
    const found = await readAttemptLog(context.pool, attempt, after);
    const lines = found?.lines.map((line) => ({ id: line.taskLogId, html: logLine(line, timezone) })) ?? [];
    return { lines, isEnded: found?.isEnded ?? false };
  };
  const afterId = lastLine(request.req.header('last-event-id') ?? request.req.query('after'));
  return await respond(request, () => context.live.followLog(attempt, read, afterId));
}

/** Returns the id of a log line; an absent or broken one asks for the whole log. */
function lastLine(text: string | undefined): number {
  const id = Number(text ?? 0);
  return Number.isSafeInteger(id) && id >= 0 ? id : 0;
}

async function respond(
  request: Context<WebEnv>,
  follow: () => Promise<ReadableStream<Uint8Array>>,
): Promise<Response> {
  // Nobody reads the body of a HEAD, and so nobody would end it.
  if (request.req.method === 'HEAD') return eventStreamResponse(new ReadableStream());
  try {
    return eventStreamResponse(await follow());
  } catch (error) {
    if (error instanceof NoLiveConnection) throw new HttpError(503, error.message, { 'retry-after': '5' });
    throw error;
  }
}
