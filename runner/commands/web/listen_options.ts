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

/** Reads the value of an option `--port`. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write a port from 0 to 65535.');
}
