import type { Attributes, Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { Pool } from 'pg';
import type { Files } from '../../task.ts';
import { setError } from './attributes.ts';
import type { Api, TracingHost } from './otel.ts';
import type { OpenSpan, Spans } from './spans.ts';
import { hrTime } from './times.ts';
import { tracedFiles } from './traced_files.ts';
import { tracedPool } from './traced_pool.ts';

/** The number of spans that one run of an attempt makes at most, so that a loop of small statements is no flood. */
const MAX_SPANS = 1_000;

const NO_SPAN: OpenSpan = { set: () => {}, end: () => {}, fail: () => {} };

/** Makes the spans below one attempt. */
export class AttemptTrace implements Spans {
  readonly #host: Pick<TracingHost, 'clock' | 'env' | 'log'>;
  readonly #otel: { readonly api: Api; readonly tracer: Tracer };
  readonly #context: Context;
  readonly #parent: SpanContext;
  #spanCount = 0;

  constructor(
    host: Pick<TracingHost, 'clock' | 'env' | 'log'>,
    otel: { readonly api: Api; readonly tracer: Tracer },
    parent: SpanContext,
  ) {
    this.#host = host;
    this.#otel = otel;
    this.#parent = parent;
    this.#context = otel.api.trace.setSpanContext(otel.api.ROOT_CONTEXT, parent);
  }

  /** The attempt's span in W3C Trace Context, for another process. */
  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#parent;
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  /** Calls `work` with the attempt's span as the current one, so that spans of libraries and of the task are below it. */
  run<T>(work: () => T): T {
    return this.#otel.api.context.with(this.#context, work);
  }

  files(files: Files & AsyncDisposable): Files & AsyncDisposable {
    return this.#isSampled ? tracedFiles(this, files, this.#host.env) : files;
  }

  pool(connection: string, pool: Pool): Pool {
    return this.#isSampled ? tracedPool(this, pool, { connection, env: this.#host.env }) : pool;
  }

  get #isSampled(): boolean {
    return (this.#parent.traceFlags & this.#otel.api.TraceFlags.SAMPLED) !== 0;
  }

  /** Starts the span of a request to another system. */
  start(name: string, attributes: Attributes): OpenSpan {
    this.#spanCount += 1;
    if (this.#spanCount > MAX_SPANS) {
      if (this.#spanCount === MAX_SPANS + 1)
        this.#host.log.info('an attempt made many spans; it makes no more', { spans: MAX_SPANS });
      return NO_SPAN;
    }
    const { api, tracer } = this.#otel;
    const { clock } = this.#host;
    const span: Span = tracer.startSpan(
      name,
      // By the database's clock, as the attempt's own span.
      { kind: api.SpanKind.CLIENT, startTime: hrTime(clock.now()), attributes },
      this.#context,
    );
    const end = () => {
      if (span.isRecording()) span.end(hrTime(clock.now()));
    };
    return {
      set: (more) => span.setAttributes(more),
      end,
      fail: (error) => {
        if (!span.isRecording()) return;
        setError(api, span, error);
        end();
      },
    };
  }

  async during<T>(
    { name, attributes }: { readonly name: string; readonly attributes: Attributes },
    work: () => Promise<T>,
    found: (result: T) => Attributes = () => ({}),
  ): Promise<T> {
    const span = this.start(name, attributes);
    try {
      const result = await work();
      span.set(found(result));
      span.end();
      return result;
    } catch (error) {
      span.fail(error);
      throw error;
    }
  }
}
