import type { Shell } from '../cli/command.ts';
import { CommandError } from '../cli/exit_code.ts';
import type { PageParts } from './start_page.ts';

/** A server beside something that goes on without it. */
export type Beside = AsyncDisposable & { readonly url: string };

/**
 * Serves the page. Returns null where it cannot be served, which is reported on stderr. The page's code is loaded here: most
 * commands never need it.
 */
export async function tryPage(shell: Shell, parts: PageParts): Promise<Beside | null> {
  const { startPage } = await import('./start_page.ts');
  return await unlessRefused(shell, 'the page is not served', () => startPage(shell, parts));
}

/** Serves /metrics alone, in the same way. */
export async function tryMetrics(shell: Shell, parts: Omit<PageParts, 'settings'>): Promise<Beside | null> {
  const { startMetrics } = await import('./start_metrics.ts');
  return await unlessRefused(shell, 'the metrics are not served', () => startMetrics(shell, parts));
}

async function unlessRefused(
  shell: Shell,
  what: string,
  start: () => Promise<Beside>,
): Promise<Beside | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    shell.stderr.write(`warning: ${what}: ${error.message}\n`);
    return null;
  }
}
