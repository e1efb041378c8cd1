import { type Command, InvalidArgumentError } from 'commander';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

export function addListenOptions(command: Command): Command {
  return command
    .option('--host <address>', 'the address on which the page is served', '127.0.0.1')
    .option('--port <port>', 'its port; 0 for any free one', parsePort, 8484);
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write a port from 0 to 65535.');
}
