import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FooterBytes } from '../../../../runner/commands/output/footer.ts';
import { screenOf } from '../../../support/terminal.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

/** Collects the bytes that the footer and other writers send to the terminal. */
function terminal() {
  const footer = new FooterBytes();
  let written = '';
  return {
    show: (...lines: readonly string[]) => {
      written += footer.show(lines);
    },
    write: (text: string) => {
      written += Buffer.from(footer.around(Buffer.from(text))).toString();
    },
    screen: () => screenOf(written),
  };
}

test('lines that others write go above the footer, which stands once, at the bottom', () => {
  const { show, write, screen } = terminal();
  show('run 1: running', '  export  50 %');
  write('12:00:01 warn  a count is odd\n');
  show('run 1: running', '  export  75 %');
  write('12:00:02 warn  another\nand its second line\n');
  assert.deepEqual(screen(), [
    '12:00:01 warn  a count is odd',
    '12:00:02 warn  another',
    'and its second line',
    'run 1: running',
    '  export  75 %',
    '',
  ]);
});

test('a line that comes in pieces is not torn, and the footer comes back when it has ended', () => {
  const { show, write, screen } = terminal();
  show('working');
  write('one ');
  write('two');
  assert.deepEqual(screen(), ['one two']);
  write(' three\n');
  assert.deepEqual(screen(), ['one two three', 'working', '']);
});

test('a footer that moves on ends the line that somebody left open', () => {
  const { show, write, screen } = terminal();
  write('> ');
  show('working');
  assert.deepEqual(screen(), ['>', 'working', '']);
  write('dots...');
  show('still working');
  assert.deepEqual(screen(), ['>', 'dots...', 'still working', '']);
  show();
  assert.deepEqual(screen(), ['>', 'dots...', '']);
});

test('a footer that is removed leaves nothing, and what is written then is left as it is', () => {
  const { show, write, screen } = terminal();
  show('a', 'b', 'c');
  show('a');
  show();
  write('done\n');
  assert.deepEqual(screen(), ['done', '']);
});

const isPtyHere = spawnSync('script', ['--version']).status === 0;
const needsPty = { skip: isPtyHere ? false : 'util-linux script, which gives a terminal, is not installed' };

test(
  'on a terminal no log line, warning or print of a task cuts into the progress line',
  needsPty,
  async (t) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-footer-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    const program = path.join(dir, 'program.ts');
    await writeFile(
      program,
      `import { processShell } from '${REPOSITORY}/runner/commands/cli/process_shell.ts';
import { createLog } from '${REPOSITORY}/runner/log.ts';
const { stderr } = processShell();
stderr.footer?.show(['progress 1']);
createLog({ format: 'pretty', level: 'warn' }).warn('a line of the log');
stderr.footer?.show(['progress 2']);
console.log('printed by a task');
process.emitWarning('of the library');
stderr.write('a sentence of the command\\n');
await new Promise((resolve) => setImmediate(resolve));
stderr.footer?.show(['progress 3']);
`,
    );
    const { stdout } = spawnSync(
      'script',
      ['-qfc', `${process.execPath} ${program}`, path.join(dir, 'typescript')],
      {
        encoding: 'utf8',
        cwd: dir,
        env: { PATH: process.env.PATH, TERM: 'xterm' },
      },
    );
    const screen = screenOf(stdout).map((line) => line.replace(/^\d\d:\d\d:\d\d |^\(node:\d+\) /, ''));
    assert.deepEqual(
      screen.filter((line) => !line.startsWith('(Use ')),
      [
        'warn  a line of the log',
        'printed by a task',
        'a sentence of the command',
        'Warning: of the library',
        'progress 3',
        '',
      ],
    );
  },
);
