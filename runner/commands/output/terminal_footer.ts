/** The footer of this process's terminal. */
import { fstatSync } from 'node:fs';
import type { Footer } from '../cli/command.ts';
import { FooterBytes } from './footer.ts';

const STDOUT = 1;
const STDERR = 2;

type Written = (error?: Error | null) => void;

/**
 * Draws on stderr. The streams themselves are watched, not their callers: log lines, warnings of Node, and whatever a
 * task type prints go above the footer too.
 */
export function terminalFooter(): Footer {
  const footer = new FooterBytes();
  let write: ((text: string) => boolean) | null = null;
  return {
    show(lines) {
      write ??= watch(process.stderr, footer);
      const text = footer.show(lines);
      if (text !== '') write(text);
    },
  };
}

/** @returns the stream's own `write` */
function watch(stderr: NodeJS.WriteStream, footer: FooterBytes): (text: string) => boolean {
  const own = putAround(stderr, footer);
  const { stdout } = process;
  if (stdout.isTTY && fstatSync(STDOUT).rdev === fstatSync(STDERR).rdev) putAround(stdout, footer);
  return own;
}

function putAround(stream: NodeJS.WriteStream, footer: FooterBytes): (text: string) => boolean {
  const own = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Written, done?: Written) => {
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : 'utf8';
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    return own(footer.around(bytes), typeof encodingOrDone === 'function' ? encodingOrDone : done);
  };
  return own;
}
