import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseUsers,
  UsersFileError,
  withoutUser,
  withUser,
} from '../../../../runner/web/access/users/file.ts';
import {
  fingerprintOf,
  hashPassword,
  hashProblem,
  isPassword,
  passwordProblem,
} from '../../../../runner/web/access/users/password.ts';

/** Cheap; what the cost is does not matter here. */
const CHEAP = { ln: 4, r: 8, p: 1 };
const HASH = '$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';

test('a password is verified by its hash, in any Unicode form, and by no other', async () => {
  const hash = await hashPassword('caf\u00e9 at midnight', CHEAP);
  assert.match(hash, /^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await isPassword('cafe\u0301 at midnight', hash), true);
  assert.equal(await isPassword('cafe at midnight', hash), false);
  assert.equal(await isPassword('caf\u00e9 at midnight', await hashPassword('another', CHEAP)), false);
  assert.notEqual(await hashPassword('caf\u00e9 at midnight', CHEAP), hash, 'salted');
});

test('a known scrypt vector verifies, so that other programs can make the file', async () => {
  // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1), 64 bytes.
  const bytes = Buffer.from(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'hex',
  );
  const text = `$scrypt$ln=14,r=8,p=1$${Buffer.from('SodiumChloride').toString('base64').replace(/=+$/, '')}$${bytes.toString('base64').replace(/=+$/, '')}`;
  assert.equal(hashProblem(text), null);
  assert.equal(await isPassword('pleaseletmein', text), true);
  assert.equal(await isPassword('pleaseletmeout', text), false);
});

test('hashes that protect nothing or stop the server, and passwords that are too short, are refused', () => {
  assert.equal(hashProblem(HASH), null);
  assert.match(hashProblem(HASH.replace('ln=15', 'ln=10')) ?? '', /too low/);
  assert.match(hashProblem(HASH.replace('ln=15', 'ln=30')) ?? '', /memory or time/);
  assert.match(hashProblem(HASH.replace(/\$aGF.*/, '$aGFz')) ?? '', /cut short/);
  assert.match(hashProblem('5f4dcc3b5aa765d61d8327deb882cf99') ?? '', /no scrypt hash/);
  assert.match(passwordProblem('short') ?? '', /at least 12/);
  assert.match(passwordProblem('x'.repeat(1025)) ?? '', /at most 1024/);
  assert.equal(passwordProblem('x'.repeat(12)), null);
});

test('the fingerprint of a hash changes with it and does not hold it', () => {
  assert.notEqual(fingerprintOf(HASH), fingerprintOf(`${HASH}x`));
  assert.match(fingerprintOf(HASH), /^[\w-]{22}$/);
});

test('every wrong line of a users file is told with its number and what to write, and no hash', () => {
  const text = `# people\nops_lead:admin:${HASH}\n\nno colon\nnight_shift:king:-\nops_lead:viewer:-\nroot:admin:5f4dcc3b\nnight shift:viewer:-\nauditor:viewer:-:x\n`;
  assert.throws(
    () => parseUsers(text, 'users.txt'),
    (error) => {
      assert.ok(error instanceof UsersFileError);
      assert.deepEqual(error.message.split('\n'), [
        'users.txt:4: write name:role:hash',
        'users.txt:5: "king" is no role: write viewer, operator, admin',
        'users.txt:6: ops_lead stands in an earlier line',
        'users.txt:7: it is no scrypt hash such as $scrypt$ln=15,r=8,p=3$salt$hash',
        'users.txt:8: "night shift" is no name: use letters, digits and . _ @ + -, at most 100, a letter or digit first',
        'users.txt:9: write name:role:hash',
      ]);
      return true;
    },
  );
});

test('a person is added, replaced and removed without touching the other lines', () => {
  const text = `# people\r\nops_lead:admin:${HASH}\r\n# the night\r\nnight_shift:viewer:-`;
  const added = withUser(text, { name: 'auditor', role: 'operator', passwordHash: null });
  assert.equal(
    added,
    `# people\nops_lead:admin:${HASH}\n# the night\nnight_shift:viewer:-\nauditor:operator:-\n`,
  );
  const replaced = withUser(added, { name: 'night_shift', role: 'admin', passwordHash: HASH });
  assert.deepEqual(
    [...parseUsers(replaced, 'f').values()].map(({ name, role }) => `${name} ${role}`),
    ['ops_lead admin', 'night_shift admin', 'auditor operator'],
  );
  assert.equal(
    withoutUser(replaced, 'ops_lead'),
    `# people\n# the night\nnight_shift:admin:${HASH}\nauditor:operator:-\n`,
  );
  assert.equal(withUser('', { name: 'auditor', role: 'viewer', passwordHash: null }), 'auditor:viewer:-\n');
});
