/** The body of a response that sends server-sent events. */

export interface StreamEnd {
  /** Aborted when the browser has gone. */
  readonly gone: AbortController;
  /** Called once, however the stream ends. */
  onEnd(error: unknown): void;
}

/** Reads one event at a time, and only when the browser has taken the one before; so no event waits for a slow one. */
export function eventStream(
  events: AsyncGenerator<string>,
  { gone, onEnd }: StreamEnd,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isEnded = false;
  const end = (error: unknown) => {
    if (isEnded) return;
    isEnded = true;
    gone.abort();
    onEnd(error);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next();
          if (!done) controller.enqueue(encoder.encode(value));
          else {
            end(null);
            controller.close();
          }
        } catch (error) {
          end(error);
          controller.close();
        }
      },
      cancel: () => end(null),
    },
    { highWaterMark: 0 },
  );
}

export function eventStreamResponse(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would wait until it has a page of them.
      'x-accel-buffering': 'no',
    },
  });
}
