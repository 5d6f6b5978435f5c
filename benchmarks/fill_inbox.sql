-- More conversations and messages, as a clinic has them after years: most are closed, some have thousands of messages.
-- %(first)s .. %(last)s are the numbers of the new conversations, %(messages)s is how many messages they share.
-- The texts were encrypted before; everybody's words to find him by were folded before.

CREATE TEMPORARY TABLE filled ON COMMIT DROP AS
SELECT number,
       given.name || ' ' || family.name || CASE WHEN number %% 5000 = 8 THEN ' Quokka' ELSE '' END AS name,
       given.folded || ' ' || family.folded || CASE WHEN number %% 5000 = 8 THEN ' quokka' ELSE '' END AS folded,
       '+905' || (30 + (hashint4(number) & 63) %% 30)
              || lpad((number * 6364137::bigint %% 10000000)::text, 7, '0') AS phone,
       place.account_id, place.company_id, place.receptionist_id,
       hashint4(number) & 1023 AS chance
  FROM generate_series(%(first)s, %(last)s) number
  JOIN unnest(%(given)s, %(given_folded)s) WITH ORDINALITY given (name, folded, place)
    ON given.place = 1 + number %% %(given_count)s
  JOIN unnest(%(family)s, %(family_folded)s) WITH ORDINALITY family (name, folded, place)
    ON family.place = 1 + (number / %(given_count)s) %% %(family_count)s
  JOIN unnest(%(accounts)s, %(branches)s, %(users)s)
       WITH ORDINALITY place (account_id, company_id, receptionist_id, place)
    ON place.place = 1 + number %% %(branch_count)s;

INSERT INTO res_partner (name, complete_name, active, is_patient, company_id, phone, whatsapp_phone, lang, type)
SELECT name, name, TRUE, TRUE, %(controller)s, phone, phone, 'tr_TR', 'contact' FROM filled;

INSERT INTO clinic_whatsapp_contact (company_id, wa_id, phone, profile_name, create_date)
SELECT %(controller)s, substr(phone, 2), phone, '~' || name, now() FROM filled;

INSERT INTO clinic_whatsapp_contact_partner_rel (contact_id, partner_id)
SELECT contact.id, patient.id
  FROM filled
  JOIN clinic_whatsapp_contact contact ON contact.company_id = %(controller)s AND contact.phone = filled.phone
  JOIN res_partner patient ON patient.whatsapp_phone = filled.phone;

-- Of a thousand: 20 wait for an answer, 120 are open, half of these with a colleague; the rest is closed.
INSERT INTO clinic_whatsapp_conversation
       (account_id, company_id, contact_id, partner_id, state, assigned_user_id, unread_count, search_key, create_date)
SELECT filled.account_id, filled.company_id, contact.id, patient.id,
       CASE WHEN chance < 120 THEN 'open' WHEN chance < 150 THEN 'pending' ELSE 'closed' END,
       CASE WHEN chance < 150 AND chance %% 2 = 0 THEN receptionist_id END,
       CASE WHEN chance < 20 THEN 1 ELSE 0 END,
       ' ' || folded || ' ' || substr(filled.phone, 2), now()
  FROM filled
  JOIN clinic_whatsapp_contact contact ON contact.company_id = %(controller)s AND contact.phone = filled.phone
  JOIN res_partner patient ON patient.whatsapp_phone = filled.phone;

CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY conversation.id) - 1 AS place, filled.chance, conversation.*
  FROM filled
  JOIN clinic_whatsapp_contact contact ON contact.company_id = %(controller)s AND contact.phone = filled.phone
  JOIN clinic_whatsapp_conversation conversation ON conversation.contact_id = contact.id;
CREATE UNIQUE INDEX ON placed (place);
ANALYZE placed;

-- Two years of messages; the first conversations get the most of them.
INSERT INTO clinic_whatsapp_message
       (id, answers_up_to_id, conversation_id, account_id, company_id, partner_id, direction, kind, message_type, body,
        state, purpose_id, client_ref, wamid, sent_at, create_date, awaits_answer)
SELECT new_id, CASE WHEN NOT is_in AND n %% 3 != 0 THEN new_id END, placed.id, placed.account_id,
       placed.company_id, placed.partner_id,
       CASE WHEN is_in THEN 'in' ELSE 'out' END,
       CASE WHEN is_in THEN NULL WHEN n %% 3 = 0 THEN 'automatic' ELSE 'reply' END,
       'text', (%(texts)s)[1 + n %% %(text_count)s], CASE WHEN is_in THEN 'received' ELSE 'read' END,
       CASE WHEN NOT is_in THEN %(purpose)s END,
       md5('ref' || n || '.' || %(first)s), 'wamid.' || n || '.' || %(first)s, moment, moment, is_in
  FROM (SELECT n, nextval('clinic_whatsapp_message_id_seq') AS new_id,
               hashint4(n) & 1 = 1 AS is_in,
               floor((%(last)s - %(first)s + 1) * power((hashint4(n) & 1048575) / 1048576.0, 2)) AS place,
               now() AT TIME ZONE 'UTC' - interval '63072000 seconds' * (1 - n::float / %(messages)s) AS moment
          FROM generate_series(1, %(messages)s) n) made
  JOIN placed USING (place);

UPDATE clinic_whatsapp_conversation conversation
   SET last_message_at = newest.moment,
       window_expires_at = newest.moment + interval '24 hours',
       dismissed_id = newest.id,
       waiting_since = CASE WHEN placed.chance < 20 THEN newest.moment END,
       reply_due_at = CASE WHEN placed.chance < 20 THEN newest.moment + interval '1 hour' END
  FROM placed, LATERAL (
       SELECT MAX(sent_at) AS moment, MAX(id) AS id
         FROM clinic_whatsapp_message
        WHERE conversation_id = placed.id) newest
 WHERE conversation.id = placed.id;
