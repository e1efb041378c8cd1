import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { questions } from './questions.ts';

test('each question of the page is asked by one of the tests', () => {
  const source = ['runs_and_people.test.ts', 'files_and_counts.test.ts']
    .map((name) => readFileSync(path.join(import.meta.dirname, name), 'utf8'))
    .join('');
  assert.ok(questions.size >= 15);
  const unasked = [...questions.keys()].filter(
    (question) =>
      !source.includes(`'${question.replaceAll("'", "\\'")}'`) && !source.includes(`"${question}"`),
  );
  assert.deepEqual(unasked, []);
});
