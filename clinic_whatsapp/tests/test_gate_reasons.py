"""Every reason for which the gate denies, each with a message that it denies for it (legal.md LR-25, LR-35)."""

from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging import reasons
from ..models.template.template import SERVICE_TEXT
from .gate_common import NOON, GateCase
from .privacy_common import RISK

OTHER_PHONE = "+905300000042"


class ReasonCase(GateCase):
    """What is arranged before a message is denied; each sends one message and returns it."""

    def write_to(self, *args, template=None, notice=True):
        """Send a template to somebody else."""
        other = self.create_patient(*args)
        if notice:
            self.deliver_notice(other)
        return other._whatsapp_send_template(
            template or self.utility, purpose="appointment", account=self.account_a
        ).sudo()

    def write_text(self, body="Merhaba"):
        """Send free text into the open window."""
        self.open_window()
        return self.conversation._send_text(body).sudo()

    def spoil(self, table, record, assignment, *values):
        """Let the database say something, behind the ORM's back."""
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE {table} SET {assignment} WHERE id = %s", [*values, record.id])
        self.env.invalidate_all()

    def send_in_a_copy(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        return self.send()

    def send_through_a_number_that_is_not_connected(self):
        self.account_a.state = "disabled"
        return self.send()

    def send_for_a_purpose_out_of_use(self):
        self.get_purpose("appointment").is_on = False
        return self.send()

    def send_after_a_stop(self):
        self.contact.suppressed_at = Datetime.now()
        return self.send()

    def send_promotion_after_a_stop_of_it(self):
        self.contact.marketing_stopped_at = Datetime.now()
        return self.send("marketing")

    def send_a_survey_while_cancel_is_unexplained(self):
        self.switch_on("feedback")
        self.grant("feedback", "channel_optin")
        self.contact.cancel_asked_at = Datetime.now()
        return self.send("feedback")

    def send_to_a_number_that_was_not_reached(self):
        self.contact.unreachable_at = Datetime.now()
        return self.send()

    def send_what_another_key_made(self):
        message = self.send()
        self.spoil("clinic_whatsapp_message", message, "body = %s", "gAAAAA" + "A" * 100)
        message._judge_and_block()
        return message

    def send_after_a_withdrawal(self):
        self.withdraw()
        return self.send()

    def send_a_paused_template(self):
        self.utility.status = "paused"
        return self.send()

    def send_without_a_value(self):
        variable = Command.create({"index": 1, "field_path": "city"})
        return self.send(template=self.create_template(name="city", body="Şehir {{1}}!", variable_ids=[variable]))

    def send_too_long_a_text_with_a_button(self):
        self.open_window()
        return self.send("service", self.create_template(category=SERVICE_TEXT, name="long", body="{{1}}" + "x" * 1025))

    def send_promotion_that_nobody_signed_off(self):
        return self.send("marketing")

    def send_after_an_important_change_of_the_text(self):
        self.record("renewal_required", "system")
        return self.send()

    def send_without_a_transfer_file(self):
        self.spoil("clinic_privacy_controller", self.file, "transfer_state = %s", "ended")
        return self.send()

    def send_at_the_clinics_own_risk(self):
        self.file.write(RISK)
        return self.send()

    def send_from_a_public_institution(self):
        self.file.public_institution = True
        return self.send()

    def send_about_health_without_a_grant(self):
        self.switch_on("health")
        return self.send("health")

    def send_about_health_to_an_unproven_number(self):
        self.switch_on("health")
        self.grant("health", "explicit_consent")
        return self.send("health")

    def send_promotion_without_an_approval(self):
        self.switch_on("marketing")
        self.grant("marketing", "explicit_consent")
        return self.send("marketing")

    def send_promotion_that_is_not_registered(self):
        self.agree_to_promotion()
        return self.send("marketing")

    def send_promotion_in_the_name_of_nobody(self):
        self.file.iys_policy = "off"
        self.agree_to_promotion()
        return self.send("marketing", self.create_template(name="anonymous", category="marketing"))

    def send_a_marketing_template_as_a_reminder(self):
        return self.send(template=self.promotion)

    def send_about_a_minor_without_a_guardian(self):
        self.patient.birth_date = Datetime.now().date() - timedelta(days=3650)
        return self.send()

    def send_to_the_dead(self):
        self.patient.deceased_on = Datetime.now().date()
        return self.send()

    def send_to_a_suspended_number(self):
        self.contact.suspended_at = Datetime.now()
        return self.send()

    def send_at_night(self):
        self.get_purpose("appointment").write({"quiet_from": 9.0, "quiet_to": 20.0})
        self.patch(Datetime, "now", staticmethod(lambda: NOON.replace(hour=1)))  # 04:00 in Istanbul
        return self.send(kind="reply")  # what nobody wrote by hand waits instead

    def send_one_too_many(self):
        self.get_purpose("appointment").write({"cap_count": 1, "cap_days": 7})
        self.send()
        return self.send()

    @mute_logger("odoo.addons.clinic_whatsapp.models.messaging.gate")
    def send_in_a_time_zone_that_does_not_exist(self):
        self.spoil("resource_calendar", self.branch_a.resource_calendar_id, "tz = %s", "Nowhere/Land")
        return self.send()

    def agree_to_promotion(self):
        self.switch_on("marketing")
        self.grant("marketing", "explicit_consent")
        self.grant("marketing", "approval")

    def record(self, status, method):
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, status, method=method, company=self.branch_a
        )

    def withdraw(self):
        self.record("withdrawn", "staff")


CASES = {
    reasons.NEUTRALIZED: ReasonCase.send_in_a_copy,
    reasons.ACCOUNT_NOT_CONNECTED: ReasonCase.send_through_a_number_that_is_not_connected,
    reasons.NO_PURPOSE: ReasonCase.send_for_a_purpose_out_of_use,
    reasons.NO_PHONE: lambda case: case.write_to("No Phone", False),
    reasons.INVALID_PHONE: lambda case: case.write_to("Bad Phone", "ask the mother"),
    reasons.STOP_ALL: ReasonCase.send_after_a_stop,
    reasons.STOP_MARKETING: ReasonCase.send_promotion_after_a_stop_of_it,
    reasons.CANCEL_UNEXPLAINED: ReasonCase.send_a_survey_while_cancel_is_unexplained,
    reasons.NOT_ON_WHATSAPP: ReasonCase.send_to_a_number_that_was_not_reached,
    reasons.UNREADABLE: ReasonCase.send_what_another_key_made,
    reasons.WINDOW_CLOSED: lambda case: case.conversation._send_text("Merhaba").sudo(),
    reasons.NO_OPTIN: ReasonCase.send_after_a_withdrawal,
    reasons.TEMPLATE_NOT_APPROVED: ReasonCase.send_a_paused_template,
    reasons.MISSING_VALUE: ReasonCase.send_without_a_value,
    reasons.EMPTY_TEXT: lambda case: case.write_text("  \n"),
    reasons.TEXT_TOO_LONG: lambda case: case.write_text("a" * 4097),
    reasons.INVALID_CONTENT: ReasonCase.send_too_long_a_text_with_a_button,
    reasons.EXPIRED: lambda case: case.send(expires_at=Datetime.now() - timedelta(seconds=1)),
    reasons.NO_SIGNOFF: ReasonCase.send_promotion_that_nobody_signed_off,
    reasons.NO_NOTICE: lambda case: case.write_to("New Patient", OTHER_PHONE, notice=False),
    reasons.RENEWAL_REQUIRED: ReasonCase.send_after_an_important_change_of_the_text,
    reasons.TRANSFER_INVALID: ReasonCase.send_without_a_transfer_file,
    reasons.NO_P2: ReasonCase.send_at_the_clinics_own_risk,
    reasons.PUBLIC_INSTITUTION: ReasonCase.send_from_a_public_institution,
    reasons.NO_P3: ReasonCase.send_about_health_without_a_grant,
    reasons.UNVERIFIED_NUMBER: ReasonCase.send_about_health_to_an_unproven_number,
    reasons.NO_ETK: ReasonCase.send_promotion_without_an_approval,
    reasons.NO_IYS: ReasonCase.send_promotion_that_is_not_registered,
    reasons.NO_SENDER: ReasonCase.send_promotion_in_the_name_of_nobody,
    reasons.CATEGORY_MISMATCH: ReasonCase.send_a_marketing_template_as_a_reminder,
    reasons.PROMO_LINT: lambda case: case.write_text("Size %20 indirim var"),
    reasons.HEALTH_LINT: lambda case: case.write_text("Tanınız diyabet"),
    reasons.MINOR_RULE: ReasonCase.send_about_a_minor_without_a_guardian,
    reasons.DECEASED: ReasonCase.send_to_the_dead,
    reasons.NUMBER_SUSPENDED: ReasonCase.send_to_a_suspended_number,
    reasons.QUIET_HOURS: ReasonCase.send_at_night,
    reasons.FREQ_CAP: ReasonCase.send_one_too_many,
    reasons.GATE_ERROR: ReasonCase.send_in_a_time_zone_that_does_not_exist,
}


@tagged("post_install", "-at_install")
class TestEveryReason(ReasonCase):
    """Each case is a test of its own, ``test_lr35_denied_for_<reason>``, made below from the table."""

    def test_lr35_no_reason_is_without_its_case(self):
        self.assertEqual(set(CASES), set(dict(reasons.BLOCK_REASONS)))

    def test_lr35_without_any_of_it_the_message_leaves(self):
        self.assertEqual((self.send().state, self.write_text().state), ("queued", "queued"))

    def check(self, reason):
        message = CASES[reason](self)
        self.assertEqual((message.state, message.block_reason), ("blocked", reason))
        self.assertTrue(message.purpose_id and message.problem and message.advice)
        if reason != reasons.UNREADABLE:  # it may be readable again, with the right key
            self.assertFalse(message.body or message.content, "a denied message is kept without its text")


def make_test(reason):
    def test(self):
        self.check(reason)

    return test


for code in CASES:
    setattr(TestEveryReason, f"test_lr35_denied_for_{code}", make_test(code))
