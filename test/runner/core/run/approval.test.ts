import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Approval, whyNotAnswer } from '../../../../runner/core/run/approval.ts';

const at = (text: string) => Temporal.Instant.from(`2026-03-10T${text}Z`);
const asked: Approval = {
  question: 'Publish 900 rows',
  approvers: [],
  requesters: ['operator'],
  notRequester: false,
  expiresAt: at('12:00:00'),
};
const now = at('11:59:59');

test('everyone may answer a question that names nobody, also who asked for the run', () => {
  assert.equal(whyNotAnswer(asked, { actor: 'operator', now }), null);
  assert.equal(whyNotAnswer(asked, { actor: 'night_shift', now }), null);
});

test('where a second person is needed, none of those who asked for the run may answer', () => {
  const second = { ...asked, notRequester: true, requesters: ['operator', 'planner'] };
  assert.equal(
    whyNotAnswer(second, { actor: 'planner', now }),
    'planner asked for it, so that a second person has to answer',
  );
  assert.equal(whyNotAnswer(second, { actor: 'night_shift', now }), null);
});

test('where approvers are named, they alone may answer, and not if they asked for it themselves', () => {
  const named = { ...asked, approvers: ['operator', 'stock_lead'], notRequester: true };
  assert.equal(
    whyNotAnswer(named, { actor: 'night_shift', now }),
    'night_shift is none of those who may answer: operator, stock_lead',
  );
  assert.match(whyNotAnswer(named, { actor: 'operator', now }) ?? '', /^operator asked for it/);
  assert.equal(whyNotAnswer(named, { actor: 'stock_lead', now }), null);
});

test('from the instant at which it expires nobody may answer', () => {
  assert.equal(
    whyNotAnswer(asked, { actor: 'night_shift', now: at('12:00:00') }),
    'nobody answered by 2026-03-10T12:00:00Z, so that it counts no more',
  );
});
