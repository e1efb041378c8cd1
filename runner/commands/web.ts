/** Serves the page and the HTTP API. */
import type { Command } from 'commander';
import { describe, type Shell } from './cli/command.ts';
import { openSession } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import { addListenOptions, type ListenOptions } from './web/listen_options.ts';
import { startPage } from './web/start_page.ts';
import { endService, untilStopped } from './worker/service.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Serves the page and the HTTP API until Ctrl-C. On this machine alone, as by default, it needs no log-in; on any other address it starts only with STOCKFLOW_WEB_USERS_FILE, or behind a log-in proxy that STOCKFLOW_WEB_PROXY_HEADER and STOCKFLOW_WEB_PROXY_ADDRESSES name.',
    examples: [
      'stockflow web',
      'stockflow web --port 9000',
      'stockflow web user add night_shift --role operator --file users.txt',
      'STOCKFLOW_WEB_USERS_FILE=users.txt stockflow web --host 0.0.0.0',
    ],
  });
  addListenOptions(command).action(async (options: ListenOptions) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings, { logLevel: 'info' });
    await using page = await startPage(shell, { settings, session, ...options });
    shell.stderr.write(`the page is at ${page.url}; Ctrl-C stops\n`);
    await untilStopped(shell);
    endService(shell);
  });
}
