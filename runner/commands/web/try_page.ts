import type { Shell } from '../cli/command.ts';
import { CommandError } from '../cli/exit_code.ts';
import type { PageParts } from './start_page.ts';

/**
 * Serves the page beside something that goes on without it. Returns null where the page cannot be served, which is
 * reported on stderr. The page's code is loaded here: most commands never need it.
 */
export async function tryPage(
  shell: Shell,
  parts: PageParts,
): Promise<(AsyncDisposable & { readonly url: string }) | null> {
  const { startPage } = await import('./start_page.ts');
  try {
    return await startPage(shell, parts);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    shell.stderr.write(`warning: the page is not served: ${error.message}\n`);
    return null;
  }
}
