import { readFile } from 'node:fs/promises';
import { type Environment, redactSecrets, Secret } from '../connection_config.ts';
import { ConnectionError } from '../connection_error.ts';

/** The receiver of lineage, from `STOCKFLOW_OPENLINEAGE_URL` and the settings beside it. */
export interface LineageTarget {
  readonly url: URL;
  /** The namespace of this installation's jobs. */
  readonly namespace: string;
  readonly apiKeyFile: string | null;
}

const URL_VARIABLE = 'STOCKFLOW_OPENLINEAGE_URL';
/** The path at which receivers take events, unless the URL has one. */
const USUAL_PATH = '/api/v1/lineage';

/** Returns the receiver; null if none is set. @throws ConnectionError naming the variable, never a secret in it */
export function lineageTarget(env: Environment): LineageTarget | null {
  const text = env[URL_VARIABLE]?.trim() ?? '';
  if (text === '') return null;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConnectionError('invalid', `${URL_VARIABLE}: write http://host:port or https://host/path`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConnectionError(
      'invalid',
      `${URL_VARIABLE}: leave user, password, query and fragment out; a key is read from STOCKFLOW_OPENLINEAGE_API_KEY_FILE`,
    );
  }
  if (url.pathname === '/') url.pathname = USUAL_PATH;
  return {
    url,
    namespace: env.STOCKFLOW_OPENLINEAGE_NAMESPACE?.trim() || 'stockflow',
    apiKeyFile: env.STOCKFLOW_OPENLINEAGE_API_KEY_FILE?.trim() || null,
  };
}

/** The receiver refused an event for what it holds: it would refuse it again. */
export class EventRefused extends Error {
  override name = 'EventRefused';
}

/** The time in ms that the receiver gets to take one event. */
const SEND_WITHIN_MS = 5_000;
/** The answers that refuse the event itself; every other failure may pass. */
const REFUSALS: readonly number[] = [400, 413, 422];

/** Sends one event. @throws EventRefused, or an Error without the key in it */
export async function sendLineage(
  { url, apiKeyFile }: LineageTarget,
  event: object,
  signal: AbortSignal,
): Promise<void> {
  // Read for each event, so that a new key needs no restart.
  const key = apiKeyFile === null ? null : new Secret((await readFile(apiKeyFile, 'utf8')).trim());
  const authorization: Record<string, string> =
    key === null ? {} : { authorization: `Bearer ${key.reveal()}` };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(event),
    // A key must not follow to another host.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(SEND_WITHIN_MS)]),
  });
  // Freed for the next event.
  const answer = (await response.text()).slice(0, 200);
  if (response.ok) return;
  const said = redactSecrets(answer, key === null ? [] : [key]);
  const message = `${url.origin} answered ${response.status}${said === '' ? '' : `: ${said}`}`;
  throw REFUSALS.includes(response.status) ? new EventRefused(message) : new Error(message);
}
