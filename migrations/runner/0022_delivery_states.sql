-- A delivery waits, was sent or was given up. Quiet hours let it wait; nothing was ever suppressed.
alter table stockflow.alert_delivery
  drop constraint delivery_state_is_known,
  add constraint delivery_state_is_known check (state in ('pending', 'sent', 'failed'));
