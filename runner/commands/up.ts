/** Migrates, then schedules and works, and serves the page. */
import type { Command } from 'commander';
import { describe, type Shell } from './cli/command.ts';
import {
  addListenOptions,
  addMetricsOptions,
  type ListenOptions,
  type MetricsOptions,
  metricsAddress,
} from './web/listen_options.ts';
import { serve } from './worker/serve.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Brings the database up to date, reads the DAG files, and schedules and works in the foreground until Ctrl-C. The files are read again as they change. The page is served too, on 127.0.0.1:8484; where that cannot be, it says why and works on.',
    examples: [
      'stockflow up',
      'stockflow up --no-web',
      'STOCKFLOW_CONCURRENCY=16 STOCKFLOW_LOG=json stockflow up',
    ],
  });
  addMetricsOptions(addListenOptions(command).option('--no-web', 'do not serve the page')).action(
    ({ web, host, port, ...metrics }: ListenOptions & MetricsOptions & { readonly web: boolean }) =>
      serve(shell, {
        migrations: 'apply',
        page: web ? { host, port } : null,
        metrics: metricsAddress(metrics),
      }),
  );
}
