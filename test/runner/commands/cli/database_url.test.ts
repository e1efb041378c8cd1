import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseUrlProblem } from '../../../../runner/commands/cli/settings/database_url.ts';

const SEVERAL =
  'it names several hosts; name the one address that leads to the primary, such as that of a pooler or a virtual IP';

test('a DATABASE_URL is refused for what it cannot be, without a word of its secret', () => {
  const cases: readonly (readonly [url: string, problem: string | null])[] = [
    ['postgres://stockflow:secret@db/stockflow', null],
    ['postgresql://db:5432/stockflow?sslmode=verify-full', null],
    [`postgres://db/stockflow?sslmode=verify-full&sslrootcert=${import.meta.filename}`, null],
    ['mysql://db/stockflow', 'write postgres://user:secret@host/database, or leave it unset'],
    ['postgres://u:se#cret@db/stockflow', 'it is not a URL; a secret in it must be percent-encoded'],
    ['postgres://u:secret@db1,db2/stockflow', SEVERAL],
    ['postgres://u:secret@db1:5432,db2:5432/stockflow?target_session_attrs=read-write', SEVERAL],
    ['postgres://db1,db2/stockflow', SEVERAL],
    ['postgres://u:a,b@db/stockflow', null],
    [
      'postgres://u:secret@db/s?sslrootcert=/nowhere/ca.pem&sslkey=/nowhere/key.pem',
      'sslrootcert=/nowhere/ca.pem cannot be read (ENOENT); sslkey=/nowhere/key.pem cannot be read (ENOENT)',
    ],
  ];
  for (const [url, problem] of cases) assert.equal(databaseUrlProblem(url), problem, url);
});
