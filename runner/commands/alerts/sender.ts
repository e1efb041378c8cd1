/** The sender of alerts of a process that works or serves the page. */
import { AlertDeliverer } from '../../engine/alerts/deliver.ts';
import type { Shell } from '../cli/command.ts';
import type { Session } from '../cli/session.ts';
import { alertCommands } from './words.ts';

export function alertSender(
  { env }: Pick<Shell, 'env'>,
  { pool, log }: Pick<Session, 'pool' | 'log'>,
): AlertDeliverer {
  return new AlertDeliverer({ pool, log, env, commandWords: alertCommands, webUrl: pageUrl(env) });
}

/** Returns the address by which people reach the page, without a final slash; null if it is not set. */
export function pageUrl(env: Shell['env']): string | null {
  const url = URL.parse(env.STOCKFLOW_WEB_URL?.trim() ?? '');
  return url === null ? null : url.origin;
}
