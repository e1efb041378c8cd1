import { type Command, InvalidArgumentError } from 'commander';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** The address of the page where nothing else is said. */
export const PAGE_ADDRESS: ListenOptions = { host: '127.0.0.1', port: 8484 };

export function addListenOptions(command: Command): Command {
  return command
    .option('--host <address>', 'the address on which the page is served', PAGE_ADDRESS.host)
    .option('--port <port>', 'its port; 0 for any free one', parsePort, PAGE_ADDRESS.port);
}

export interface MetricsOptions {
  readonly metricsHost: string;
  /** Undefined for a process that does not serve /metrics by itself. */
  readonly metricsPort?: number;
}

/** Adds the options of a server of /metrics alone. */
export function addMetricsOptions(command: Command): Command {
  return command
    .option(
      '--metrics-port <port>',
      'serve /metrics alone on this port, for a process without the page; 0 for any free one',
      parsePort,
    )
    .option('--metrics-host <address>', 'the address on which /metrics is served', PAGE_ADDRESS.host);
}

/** Returns where /metrics is served alone; null for nowhere. */
export function metricsAddress({ metricsHost, metricsPort }: MetricsOptions): ListenOptions | null {
  return metricsPort === undefined ? null : { host: metricsHost, port: metricsPort };
}

/** Reads the value of an option `--port`. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write a port from 0 to 65535.');
}
