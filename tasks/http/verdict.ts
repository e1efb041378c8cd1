/** Decides what becomes of the task after an answer. */
import { DeferTask, FailTask, type HttpResponse, retryAfterMs, TaskError } from '../../runner/task.ts';
import type { HttpParams } from './params.ts';

const WITH_RETRY_AFTER: readonly number[] = [429, 503];

interface Asked {
  readonly params: Pick<HttpParams, 'method' | 'path' | 'expect' | 'retry_on' | 'max_wait'>;
  /** The server without its secrets. */
  readonly display: string;
  /** The first start of the attempt. */
  readonly startedAt: Temporal.Instant;
  readonly now: Temporal.Instant;
}

/** Returns the error with which the task ends; null for a status that was expected. */
export function errorOfStatus(
  { params, display, startedAt, now }: Asked,
  { status, headers, text }: HttpResponse,
): TaskError | null {
  const { expect, retry_on: retryOn, max_wait: maxWaitMs } = params;
  if (expect.status?.includes(status) ?? (status >= 200 && status < 300)) return null;
  const said = excerpt(text);
  const what = `${params.method} ${display}${params.path} answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (!retryOn.includes(status)) return new FailTask(what);
  const waitMs = WITH_RETRY_AFTER.includes(status) ? retryAfterMs(headers['retry-after'], now) : null;
  if (waitMs === null) return new TaskError(what);
  const until = now.add({ milliseconds: waitMs });
  const waitedMs = until.epochMilliseconds - startedAt.epochMilliseconds;
  if (waitedMs > maxWaitMs)
    return new TaskError(`${what} (Retry-After until ${until}, later than max_wait allows)`);
  return new DeferTask(until, `${what}; the server says to ask again at ${until}`);
}

function excerpt(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200).toWellFormed();
}
