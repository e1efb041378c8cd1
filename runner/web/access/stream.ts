/** Ends streams of live updates when their reader may not read on, or the server closes. */

/** Passes a body on until `signal` aborts. */
export function endedBy(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  let stop: () => void;
  const forget = () => signal.removeEventListener('abort', stop);
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start(controller) {
        stop = () => controller.terminate();
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      },
      flush: forget,
      cancel: forget,
    }),
  );
}

/** Passes a body on, and asks before a part when it has not asked for `everyMs` whether it may; ends it where it may not. */
export function whileAllowed(
  body: ReadableStream<Uint8Array>,
  { everyMs, isAllowed }: { readonly everyMs: number; isAllowed(): Promise<boolean> },
): ReadableStream<Uint8Array> {
  let askedAtMs = performance.now();
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(part, controller) {
        if (performance.now() - askedAtMs >= everyMs) {
          if (!(await isAllowed())) return controller.terminate();
          askedAtMs = performance.now();
        }
        controller.enqueue(part);
      },
    }),
  );
}

export function isEventStream(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}
