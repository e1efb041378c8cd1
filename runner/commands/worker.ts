/** Schedules and works, without migrating. */
import type { Command } from 'commander';
import { describe, type Shell } from './cli/command.ts';
import { addMetricsOptions, type MetricsOptions, metricsAddress } from './web/listen_options.ts';
import { checkWorkersHere } from './worker/check.ts';
import { serve } from './worker/serve.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'As `stockflow up`, but leaves a database of DATABASE_URL as it is. Any number of workers, on any number of hosts, share one database.',
    examples: [
      'stockflow worker',
      'DATABASE_URL=postgres://stockflow@db/stockflow stockflow worker',
      'stockflow worker --metrics-port 9464',
      'stockflow worker --check',
    ],
  }).option('--check', 'start none: exit 0 if a worker of this host is alive, else 1');
  addMetricsOptions(command).action(({ check, ...options }: MetricsOptions & { readonly check?: true }) =>
    check === undefined
      ? serve(shell, { migrations: 'check', page: null, metrics: metricsAddress(options) })
      : checkWorkersHere(shell),
  );
}
