/** Bodies of answers that are sent in parts. */

export type Body = ReadableStream<Uint8Array>;

/**
 * Passes a body on until `signal` aborts, and keeps an error of its source from reaching the client.
 *
 * @param onError must end the connection, so that the client does not take what it has for the whole
 */
export function servedBody(
  source: Body,
  { signal, onError }: { readonly signal: AbortSignal | null; onError(error: unknown): void },
): Body {
  const reader = source.getReader();
  let end = () => {};
  let isCancelled = false;
  const forget = () => signal?.removeEventListener('abort', end);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => {
        controller.close();
        reader.cancel().catch(onError);
      };
      if (signal?.aborted === true) end();
      else signal?.addEventListener('abort', end, { once: true });
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        // A reader who left while the part was waited for has closed the stream itself.
        if (isCancelled || signal?.aborted === true) return;
        if (!done) return controller.enqueue(value);
        forget();
        controller.close();
      } catch (error) {
        forget();
        onError(error);
      }
    },
    async cancel(reason) {
      isCancelled = true;
      forget();
      await reader.cancel(reason);
    },
  });
}

/** Passes a body on, and asks before a part when it has not asked for `everyMs` whether it may; ends it where it may not. */
export function whileAllowed(
  source: Body,
  { everyMs, isAllowed }: { readonly everyMs: number; isAllowed(): Promise<boolean> },
): Body {
  let askedAtMs = performance.now();
  return source.pipeThrough(
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
