/** The body of a response that sends server-sent events. */

/**
 * Reads one event at a time, and only when the browser has taken the one before; so no event waits for a slow browser.
 * @param gone aborted when the stream has ended; aborting it ends the stream
 * @param onError called with the error of an event that could not be made; the browser then connects again
 */
export function eventStream(
  events: AsyncGenerator<string>,
  gone: AbortController,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next();
          if (!done) {
            controller.enqueue(encoder.encode(value));
            return;
          }
        } catch (error) {
          onError(error);
        }
        gone.abort();
        controller.close();
      },
      cancel: () => gone.abort(),
    },
    // Nothing is made before it is asked for.
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
