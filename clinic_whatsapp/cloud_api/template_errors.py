"""Meta's error codes about templates: when one is sent, and when one is written.

The codes 23880xx come as subcode of code 100 (cloud_api.md §6.3).
"""

from __future__ import annotations

from .policy import MINUTE, ErrorMeaning, Policy, means
from .terms import _

_ASK_ADMIN = _("Tell your administrator and give the error number.")
_CHECK_TEMPLATE = _("Ask a manager to compare the template with the one at Meta.")

NO_TEMPLATE_SCOPE = -4
"""Meta's codes 3, 10, 201–299 and 131005 when templates were asked for (cloud_api.md §1.3)."""
UNKNOWN_TEMPLATE = 2593002
"""Graph's "unknown object" when it was a template."""

WHEN_SENT: tuple[ErrorMeaning, ...] = (
    means(
        132015,
        _("The template is paused because patients rated it badly."),
        _("Ask a manager to improve the template or to choose another one."),
        Policy.WAIT_TEMPLATE,
    ),
    means(
        132016,
        _("Meta has disabled the template for good."),
        _("Ask a manager to write a new template."),
    ),
    means(
        132001,
        _("The template does not exist in this language or is not approved."),
        _("Ask a manager to synchronise the templates."),
    ),
    means(132000, _("The template expects other values."), _CHECK_TEMPLATE),
    means(
        132005,
        _("The message became too long with the values filled in."),
        _("Use shorter values or a shorter template."),
    ),
    means(132007, _("The template has characters that Meta forbids."), _CHECK_TEMPLATE),
    means(132008, _("A value of the template was not accepted."), _CHECK_TEMPLATE),
    means(132012, _("A value of the template has the wrong form."), _CHECK_TEMPLATE),
    means(132018, _("The template was not accepted."), _CHECK_TEMPLATE),
    means(132068, _("The form in this message is blocked by WhatsApp."), _ASK_ADMIN),
    means(135000, _("WhatsApp could not handle the message."), _CHECK_TEMPLATE),
    means(131055, _("This message must be sent in another way."), _ASK_ADMIN),
    means(131061, _("This message must be sent in another way."), _ASK_ADMIN),
    means(
        131063,
        _("Marketing templates are switched off for this account at Meta."),
        _("Ask your administrator to switch them on at Meta."),
    ),
    means(131065, _("Marketing with a price limit is not possible here."), _ASK_ADMIN),
    means(134100, _("Only marketing templates can be sent this way."), _ASK_ADMIN),
    means(
        134101,
        _("Meta is still preparing the template."),
        _("It is tried again by itself. If it failed for good, send it again later."),
        Policy.RETRY_LATER,
        (10 * MINUTE, 10 * MINUTE, 10 * MINUTE),
    ),
    means(134102, _("The template is not available for marketing."), _CHECK_TEMPLATE),
)

WHEN_WRITTEN: tuple[ErrorMeaning, ...] = (
    means(2388019, _("The account has as many templates as Meta allows."), _("Delete some.")),
    means(
        2388023,
        _("A template of this name is being deleted."),
        _("Choose another name."),
        Policy.RETRY_LATER,
    ),
    means(
        2388024,
        _("The template already exists in this language."),
        _("Synchronise the templates."),
    ),
    means(
        2388039,
        _("The template cannot be changed now."),
        _("Wait until Meta has reviewed it."),
        Policy.RETRY_LATER,
    ),
    means(2388040, _("A text of the template is too long."), _("Shorten it.")),
    means(2388047, _("The header of the template is not correct."), _("Correct it.")),
    means(2388072, _("The body of the template is not correct."), _("Correct it.")),
    means(2388073, _("The footer of the template is not correct."), _("Correct it.")),
    means(
        2388293,
        _("The template has too many variables for so little text."),
        _("Write more text or use fewer variables."),
    ),
    means(131059, _("The list of templates changed at Meta meanwhile."), _("Synchronise again.")),
    means(2388043, _("Something is missing in the template."), _("Fill in texts and samples.")),
    means(
        2494102,
        _("Meta does not know the sample file of the header."),
        _("Upload the file again."),
    ),
    means(
        UNKNOWN_TEMPLATE, _("Meta does not know this template."), _("Synchronise the templates.")
    ),
    means(
        NO_TEMPLATE_SCOPE,
        _("The access token may not manage templates."),
        _("Ask your administrator to give it the right whatsapp_business_management at Meta."),
    ),
    means(
        2388299,
        _("The template begins or ends with a variable."),
        _("Put words before and after it."),
    ),
)
