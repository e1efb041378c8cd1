-- Why a worker gave its lease up by itself: null where it fell silent, which says nothing of the cause.
alter table stockflow.worker add column lost_reason text;
