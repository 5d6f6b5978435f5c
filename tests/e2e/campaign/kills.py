"""Odoo, or the database below it, dies: at each point where it has committed one thing and not yet the next."""

from __future__ import annotations

import time

from .audit import Tally
from .scenario import Kill
from .stage import Stage, Unproven

ACCOUNT = "clinic.whatsapp.account"
INBOX_AT_WORK = """
    SELECT 1 FROM pg_locks event JOIN pg_locks message USING (pid)
     WHERE event.relation = 'clinic_whatsapp_event'::regclass AND event.mode = 'RowExclusiveLock'
       AND message.relation = 'clinic_whatsapp_message'::regclass AND message.mode = 'RowExclusiveLock'"""
FETCHING = """
    SELECT count(*) FROM clinic_whatsapp_message
     WHERE id > %s AND direction = 'in' AND media_state = 'pending' AND media_attempts > 0"""
FETCH_NOW = """
    UPDATE clinic_whatsapp_message SET media_next_attempt_at = now() AT TIME ZONE 'UTC' WHERE media_state = 'pending'"""
PICTURES = """
    SELECT id, media_state, media_ref, media_attempts FROM clinic_whatsapp_message
     WHERE id > %s AND direction = 'in' AND message_type = 'image' ORDER BY id"""
OF_NUMBER = "SELECT 1 FROM clinic_whatsapp_message WHERE id = %s AND account_id = %s"
SENDING_BY = """
    SELECT 1 FROM clinic_whatsapp_message message
      JOIN campaign_claim claim ON claim.message_id = message.id
     WHERE message.id > %s AND message.account_id = %s AND message.state = 'sending' AND claim.server = %s"""
WAITING = "SELECT count(*) FROM clinic_whatsapp_message WHERE account_id = %s AND state = 'queued'"
FULL_SPEED = "UPDATE clinic_whatsapp_account SET messages_per_second = 80 WHERE id = %s"


class KilledAfterAcceptance(Kill):
    name = "Odoo killed after Meta accepted, before it was noted"

    def harm(self, stage: Stage) -> str:
        meta = stage.clinic.meta
        meta.set_faults(hang_next=3, webhook_paused=True)
        caught: set[str] = set()

        def accepted_and_not_noted() -> bool:
            hung = {entry["client_ref"] for entry in stage.seen_by_meta() if entry["answer"] == "hung"}
            caught.update(hung & stage.sending())
            return len(caught) >= 3

        stage.clinic.kill_odoo_when(accepted_and_not_noted, "three accepted messages without an answer")
        meta.set_faults(webhook_paused=False)
        stage.clinic.odoo.start()
        return f"killed with {len(caught)} accepted messages in `sending`"


class KilledBeforeCall(Kill):
    name = "Odoo killed after the claim, before the call"

    def harm(self, stage: Stage) -> str:
        clinic, account = stage.clinic, stage.clinic.a.account_id
        clinic.staff(clinic.manager).write(ACCOUNT, account, messages_per_second=4)
        self.caught: set[str] = set()

        def claimed_and_not_called() -> bool:
            called = {entry["client_ref"] for entry in stage.seen_by_meta("") if "client_ref" in entry}
            self.caught = stage.sending() - called
            return len(self.caught) >= 2

        clinic.kill_odoo_when(claimed_and_not_called, "claimed messages that wait for their turn")
        clinic.sql(FULL_SPEED, account)
        clinic.odoo.start()
        return ""

    def prove(self, stage: Stage, tally: Tally) -> str:
        called = {entry["client_ref"] for entry in stage.seen_by_meta("") if "client_ref" in entry}
        if not (never := self.caught - called):
            raise Unproven("every claimed message had been called for")
        return f"killed with {len(never)} claimed messages that Meta never saw"


class KilledInInbox(Kill):
    name = "Odoo killed within a batch of the inbox"

    def harm(self, stage: Stage) -> str:
        clinic = stage.clinic
        stored = "SELECT count(*) FROM clinic_whatsapp_message WHERE direction = 'in' AND id > %s"
        waiting = "SELECT count(*) FROM clinic_whatsapp_event WHERE state = 'new'"
        seen = {}

        def in_the_middle() -> bool:
            seen.update(waiting=stage.ask(waiting), stored=stage.ask(stored, stage.after))
            return bool(clinic.sql(INBOX_AT_WORK)) and seen["waiting"] > 0 and seen["stored"] > 0

        clinic.kill_odoo_when(in_the_middle, "an inbox with a batch that is not committed")
        clinic.odoo.start()
        return f"killed with {seen['waiting']} events open, a batch uncommitted"


class KilledInDownload(Kill):
    name = "Odoo killed while it fetches pictures"

    def harm(self, stage: Stage) -> str:
        clinic = stage.clinic
        clinic.meta.set_settings(media_url_in_webhook=False)  # so that fetching takes two calls
        clinic.meta.set_faults(latency_ms=[800, 800])
        for phone in stage.phones[:2]:
            stage.record.inbound[phone.wa_id].append((phone.send_media("image"), time.time()))
        clinic.kill_odoo_when(lambda: stage.ask(FETCHING, stage.after) >= 2, "pictures that are being fetched")
        clinic.meta.set_faults(latency_ms=[0, 0])
        clinic.sql(FETCH_NOW)
        clinic.odoo.start()
        return ""

    def prove(self, stage: Stage, tally: Tally) -> str:
        rows = stage.clinic.sql(PICTURES, stage.after)
        if [state for _message, state, _reference, _attempts in rows] != ["ready"] * 2:
            raise AssertionError(f"pictures: {rows}")
        if min(attempts for *_rest, attempts in rows) < 2:
            raise Unproven(f"one try was enough: {rows}")
        clinic = stage.clinic
        for message, _state, reference, _attempts in rows:
            branch = clinic.a if clinic.sql(OF_NUMBER, message, clinic.a.account_id) else clinic.b
            shown = clinic.staff(branch.reception).get(f"/clinic_whatsapp/media/{message}")
            if shown != clinic.meta.media_bytes(reference):
                raise AssertionError(f"the picture of message {message} is not the one that was sent")
        return f"{len(rows)} pictures fetched anew, the same bytes"


class KilledAtAnyMoment(Kill):
    """Whatever it is doing then: the moment depends on the seed."""

    name = "Odoo killed at a random moment"
    is_brief = False

    def harm(self, stage: Stage) -> str:
        passed = 0
        skip = stage.chance.randrange(40)

        def at_work() -> bool:
            nonlocal passed
            passed += bool(stage.sending())
            return passed > skip

        stage.clinic.kill_odoo_when(at_work, "messages on their way")
        left = len(stage.sending())
        stage.clinic.odoo.start()
        return f"killed with {left} messages in `sending`"


class DatabaseCrashes(Kill):
    """Odoo runs with workers, as it does where a service manager looks after it: its threads would not come back."""

    name = "PostgreSQL crashes and comes back"
    is_noisy = True
    workers = 2

    def harm(self, stage: Stage) -> str:
        stage.wait(lambda: stage.sending(), "messages on their way")
        stage.cluster.crash()
        time.sleep(stage.size.outage)
        stage.cluster.start_again()
        time.sleep(1.0)  # a service manager, too, looks again only after a while
        died = not stage.clinic.odoo.alive()
        stage.revive_odoo()
        return f"{stage.record.interrupted} people interrupted" + (", Odoo ended itself" if died else "")

    def prove(self, stage: Stage, tally: Tally) -> str:
        log = (stage.cluster.home / "server.log").read_text(errors="replace")
        if "was not properly shut down" not in log:
            raise Unproven("PostgreSQL did not have to recover")
        return ""


class OneOfTwoServersKilled(Kill):
    name = "one of two Odoo servers is killed, the other takes over"
    is_brief = False

    def harm(self, stage: Stage) -> str:
        clinic, manager, account = stage.clinic, stage.clinic.staff(stage.clinic.manager), stage.clinic.a.account_id
        manager.call(ACCOUNT, "action_pause", [account])
        manager.write(ACCOUNT, account, messages_per_second=1)
        stage.wait(lambda: stage.ask(WAITING, account) >= 4 * stage.size.patients, "a queue that lasts")
        manager.call(ACCOUNT, "action_resume", [account])
        stage.wait(lambda: self._first_is_sending(stage), "the first server sending")  # before there is another one
        with stage.second_server():
            clinic.kill_odoo_when(lambda: self._first_is_sending(stage), "the first server sending")
            clinic.sql(FULL_SPEED, account)
            others = stage.claimed_by().get("odoo-b", 0)
            stage.wait(lambda: self._taken_over(stage) >= others + 3, "claims of the other server")
            taken_over = self._taken_over(stage) - others
            clinic.odoo.start()
        return f"killed while sending; the other claimed {taken_over} messages meanwhile"

    def _first_is_sending(self, stage: Stage) -> bool:
        return bool(stage.clinic.sql(SENDING_BY, stage.after, stage.clinic.a.account_id, "odoo-a"))

    def _taken_over(self, stage: Stage) -> int:
        stage.hurry()  # a scheduled action that died is due again after a minute
        return stage.claimed_by().get("odoo-b", 0)
