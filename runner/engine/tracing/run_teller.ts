/** Makes the spans of ended runs and attempts, from the history. */
import type { Span } from '@opentelemetry/api';
import { type FedAttempt, type FedRun, isErrorState } from '../../core/feed/change.ts';
import { spanIdOf } from '../../core/feed/ids.ts';
import type { Teller } from '../feed/history_feed.ts';
import { attemptAttributes, runAttributes, setErrorFacts } from './attributes.ts';
import { flushSpans } from './flush.ts';
import { withIds } from './run_id_generator.ts';
import { hrTime } from './times.ts';
import type { Tracing } from './tracing.ts';

/**
 * Makes one span for each run and one for each attempt, once it has ended. An attempt that was deferred is one span from
 * its first start to its end; one whose worker died is one as well.
 */
export function traceTeller(tracing: Tracing): Teller {
  const { api, tracer } = tracing;

  function attemptEnded(run: FedRun, attempt: FedAttempt): void {
    const { root } = tracing.traceOf(run);
    const ids = { traceId: root.traceId, spanId: spanIdOf(run, attempt) };
    const span = withIds(ids, () =>
      tracer.startSpan(
        `${run.dagId}.${attempt.taskId}`,
        {
          startTime: hrTime(attempt.startedAt),
          attributes: { ...runAttributes(run), ...attemptAttributes(attempt) },
        },
        api.trace.setSpanContext(api.ROOT_CONTEXT, root),
      ),
    );
    const { errorClass, errorText } = attempt;
    if (isErrorState(attempt.state))
      setErrorFacts(api, span, { errorClass: errorClass ?? attempt.state, errorText: errorText ?? '' });
    else if (attempt.state === 'success') span.setStatus({ code: api.SpanStatusCode.OK });
    else if (errorText !== null) span.setAttribute('stockflow.reason', errorText);
    span.end(hrTime(attempt.finishedAt ?? attempt.startedAt));
  }

  function endRun(run: FedRun, span: Span): void {
    span.setAttribute('stockflow.state', run.state);
    if (run.state === 'failed') span.setStatus({ code: api.SpanStatusCode.ERROR, message: 'the run failed' });
    else if (run.state === 'success') span.setStatus({ code: api.SpanStatusCode.OK });
    span.end(hrTime(run.finishedAt ?? run.startedAt));
  }

  return {
    feed: 'traces',
    runStarted: async () => {},
    attemptStarted: async () => {},
    attemptEnded: async (run, attempt) => attemptEnded(run, attempt),
    async runEnded(run, toldEnd) {
      const { root } = tracing.traceOf(run);
      if (toldEnd === null) return endRun(run, tracing.startRun(run, root));
      // The span of the run was sent already: what came after it was cleared is a span below it.
      const again = tracer.startSpan(
        `${run.dagId} again`,
        { startTime: hrTime(toldEnd), attributes: runAttributes(run) },
        api.trace.setSpanContext(api.ROOT_CONTEXT, root),
      );
      endRun(run, again);
    },
    close: () => flushSpans(api),
  };
}
