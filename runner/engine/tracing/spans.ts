import type { Attributes } from '@opentelemetry/api';

/** A span of an operation that is going on. */
export interface OpenSpan {
  set(attributes: Attributes): void;
  /** Ends the span once; later calls do nothing. */
  end(): void;
  fail(error: unknown): void;
}

/** Makes spans of requests to other systems. */
export interface Spans {
  start(name: string, attributes: Attributes): OpenSpan;
  /** Runs `work` in a span. @param found gives the attributes that its result adds */
  during<T>(
    named: { readonly name: string; readonly attributes: Attributes },
    work: () => Promise<T>,
    found?: (result: T) => Attributes,
  ): Promise<T>;
}
