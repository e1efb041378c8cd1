import type { SpanContext, Tracer } from '@opentelemetry/api';
import type { FedRun } from '../../core/feed/change.ts';
import { spanIdOf, traceIdOf } from '../../core/feed/ids.ts';
import { findFedRun } from '../../store/feed/feed.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { retryWhileDatabaseUnavailable } from '../retry_unavailable.ts';
import { AttemptTrace } from './attempt_trace.ts';
import { runAttributes } from './attributes.ts';
import type { Api, TracingHost } from './otel.ts';
import { type SpanIds, withIds } from './run_id_generator.ts';
import { hrTime } from './times.ts';

/** The number of runs whose trace is remembered. */
const REMEMBERED_RUNS = 1_000;

const PROBE: SpanIds = { traceId: '00000000000000000000000000000001', spanId: '0000000000000001' };

/** Returns the API and a tracer if this process has an SDK that makes the ids of runs; null for no traces. */
export async function openTracing(host: TracingHost): Promise<Tracing | null> {
  const api = await import('@opentelemetry/api');
  const tracer = api.trace.getTracer('stockflow');
  // Never ended, so it is not exported: it shows who makes the ids.
  const { traceId, spanId } = withIds(PROBE, () =>
    tracer.startSpan('stockflow probe', { root: true }).spanContext(),
  );
  if (!api.isSpanContextValid({ traceId, spanId, traceFlags: 0 })) return null;
  if (traceId !== PROBE.traceId) {
    host.log.warn(
      'no traces are made: the OpenTelemetry SDK of this process has no RunIdGenerator as its idGenerator, see docs/observability.md',
    );
    return null;
  }
  return new Tracing(host, { api, tracer });
}

/** A run's trace. */
export interface RunTrace {
  readonly run: FedRun;
  /** The span of the whole run, with the decision of the SDK's sampler in its flags. */
  readonly root: SpanContext;
}

/** Makes the spans of runs, attempts, and what tasks do on their connections. */
export class Tracing {
  readonly api: Api;
  readonly tracer: Tracer;
  readonly #host: TracingHost;
  readonly #traces = new Map<number, RunTrace>();

  constructor(host: TracingHost, { api, tracer }: { readonly api: Api; readonly tracer: Tracer }) {
    this.#host = host;
    this.api = api;
    this.tracer = tracer;
  }

  /** Returns the trace of a claimed attempt; null if the run is gone. */
  async attempt({ runId, taskInstanceId, attemptNumber }: ClaimedTask): Promise<AttemptTrace | null> {
    const known = this.#traces.get(runId) ?? (await this.#findTrace(runId));
    if (known === null) return null;
    const spanId = spanIdOf(known.run, { taskInstanceId, attemptNumber });
    return new AttemptTrace(this.#host, this, { ...known.root, spanId });
  }

  async #findTrace(runId: number): Promise<RunTrace | null> {
    const { pool, log } = this.#host;
    const run = await retryWhileDatabaseUnavailable(log, () => findFedRun(pool, 'traces', runId));
    return run === null ? null : this.traceOf(run);
  }

  /**
   * Returns the trace of a run. The SDK's sampler is asked by starting the span of the run, which is not ended: a
   * sampler that decides by the trace's id or the attributes decides alike in every process.
   */
  traceOf(run: FedRun): RunTrace {
    const known = this.#traces.get(run.runId);
    if (known !== undefined) return known;
    const ids = { traceId: traceIdOf(run), spanId: spanIdOf(run, null) };
    const asked = this.startRun(run, ids).spanContext();
    const trace = { run, root: { ...ids, traceFlags: asked.traceFlags, isRemote: true } };
    const oldest = this.#traces.keys().next();
    if (this.#traces.size >= REMEMBERED_RUNS && !oldest.done) this.#traces.delete(oldest.value);
    this.#traces.set(run.runId, trace);
    return trace;
  }

  startRun(run: FedRun, ids: SpanIds) {
    return withIds(ids, () =>
      this.tracer.startSpan(run.dagId, {
        root: true,
        startTime: hrTime(run.startedAt),
        attributes: runAttributes(run),
      }),
    );
  }
}
