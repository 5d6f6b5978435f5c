import { Component } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** The address of a request for consent, once: it is stored nowhere. */
export class ConsentLinkDialog extends Component {
    static template = "clinic_whatsapp.ConsentLinkDialog";
    static components = { CopyButton, Dialog };
    static props = { title: String, url: String, message: String, until: String, close: Function };

    get copied() {
        return _t("Copied");
    }
}

registry.category("actions").add("clinic_whatsapp.consent_link", (env, action) => {
    env.services.dialog.add(ConsentLinkDialog, action.params);
});

/** The page for the patient, in a window that knows nothing of this one: a person's own click is never blocked. */
export class ConsentTabletDialog extends Component {
    static template = "clinic_whatsapp.ConsentTabletDialog";
    static components = { Dialog };
    static props = { title: String, url: String, close: Function };
}

registry.category("actions").add("clinic_whatsapp.consent_tablet", (env, action) => {
    env.services.dialog.add(ConsentTabletDialog, action.params);
});
