-- A copy of the database must never write to a patient (design.md §5.6).
UPDATE clinic_whatsapp_account
   SET access_token = NULL, app_secret = NULL, verify_token = NULL, state = 'disabled',
       state_reason = 'Neutralized copy of the database';
UPDATE clinic_whatsapp_message SET state = 'cancelled' WHERE state IN ('queued', 'sending');
UPDATE clinic_whatsapp_scheduled SET state = 'skipped', skip_reason = 'copy' WHERE state IN ('planned', 'queued');
