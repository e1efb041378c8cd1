/** Words the questions that tasks ask people. */
import type { JsonObject } from '../../core/value/json.ts';
import type { AskedApproval } from '../../store/task/approval.ts';
import { inZone } from '../time_text.ts';

/** `asked 2026-01-31 05:12 EST, counts until 2026-01-31 09:12 EST; a second person answers, not operator` */
export function approvalTerms(asked: AskedApproval, timezone: string): string {
  const { askedAt, expiresAt, approvers, notRequester, requesters } = asked;
  const who = [
    ...(approvers.length === 0 ? [] : [`${approvers.join(' or ')} may answer`]),
    ...(notRequester && requesters.length > 0
      ? [`a second person answers, not ${requesters.join(' or ')}`]
      : []),
  ];
  const when = `asked ${inZone(askedAt, timezone)}, counts until ${inZone(expiresAt, timezone)}`;
  return [when, ...who].join('; ');
}

export function approvalJson(asked: AskedApproval): JsonObject {
  return {
    run_id: asked.runId,
    dag_id: asked.dagId,
    task_id: asked.taskId,
    map_index: asked.mapIndex < 0 ? null : asked.mapIndex,
    question: asked.question,
    asked_at: asked.askedAt.toString(),
    expires_at: asked.expiresAt.toString(),
    approvers: [...asked.approvers],
    requesters: [...asked.requesters],
    not_requester: asked.notRequester,
  };
}
