/** The time in ms that a message in flight has when its process stops. */
const STOP_GRACE_MS = 3_000;

/** Returns a signal that aborts some seconds after another one. */
export function afterGrace(stopping: AbortSignal): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(), STOP_GRACE_MS);
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener('abort', begin, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      stopping.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}
