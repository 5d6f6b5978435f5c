import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** How far a sending is, and in the end what became of each recipient. */
export class SendProgress extends Component {
    static template = "clinic_whatsapp.SendProgress";
    static props = { offer: Object, onOpenPatient: Function, onOpenConversation: Function };

    get percent() {
        const { done, total } = this.props.offer.progress;
        return Math.round((100 * done) / total);
    }

    get summary() {
        const { taken, denied, done, total } = this.props.offer.progress;
        if (!this.props.offer.isFinished) {
            return _t("%(done)s of %(total)s", { done, total });
        }
        return denied
            ? _t("%(taken)s messages are on their way, %(denied)s were not sent.", { taken, denied })
            : _t("%(taken)s messages are on their way.", { taken });
    }
}
