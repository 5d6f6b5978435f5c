import { Component, onWillDestroy, onWillUnmount, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSetupAction } from "@web/search/action_hook";
import { SIZES } from "@web/core/ui/ui_service";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ClinicThread } from "../../thread/thread";
import { COMMAND_NAMESPACE } from "../command";
import { ConversationBar } from "../conversation_bar/conversation_bar";
import { ConversationList } from "../conversation_list/conversation_list";
import { belongs } from "../inbox_rules";
import { PatientPane } from "../patient_pane/patient_pane";

const TICK = 30_000; // milliseconds
const EDITABLE = "input, textarea, select, [contenteditable='true'], [contenteditable='']";

/** The screen that reception keeps open all day: conversations, the open one, and its patient. */
export class InboxAction extends Component {
    static template = "clinic_whatsapp.Inbox";
    static components = { ClinicThread, ConversationBar, ConversationList, PatientPane };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Inbox");

    setup() {
        this.whatsapp = useService("clinic_whatsapp");
        this.ui = useState(useService("ui"));
        this.command = useService("command");
        this.notification = useService("notification");
        this.monitoring = useState(useService("bus.monitoring_service"));
        this.inbox = useState(this.whatsapp.inbox);
        this.totals = this.whatsapp.totals;
        this.presence = this.whatsapp.presence;
        this.root = useRef("root");
        this.state = useState({
            now: Date.now(),
            isOnline: browser.navigator.onLine,
            isPatientWanted: this.ui.size >= SIZES.XL,
            isWriting: false,
        });
        this.whatsapp.inbox.watch();
        onWillDestroy(() => this.whatsapp.inbox.unwatch());
        this.totals.start();
        this.tickWhileOpen();
        this.listen();
        useEffect(
            (id) => {
                this.props.updateActionState?.({ resId: id || false });
            },
            () => [this.inbox.chosenId]
        );
        useEffect(
            (isLost) => this.explainLoss(isLost),
            () => [this.inbox.isLost]
        );
        useEffect(() => this.focusComposer()); // it appears only once the conversation is loaded
        useSetupAction({ getLocalState: () => ({ chosenId: this.inbox.chosenId }) });
        const wanted = this.props.state?.chosenId || this.props.resId;
        if (wanted) {
            this.choose(wanted);
        }
    }

    listen() {
        useExternalListener(window, "online", () => (this.state.isOnline = true));
        useExternalListener(window, "offline", () => (this.state.isOnline = false));
        useExternalListener(document, "visibilitychange", () => this.tick());
        useExternalListener(window, "keydown", (ev) => this.onWindowKeydown(ev));
        const options = { bypassEditableProtection: true };
        useHotkey("control+k", () => this.command.openMainPalette({ searchValue: COMMAND_NAMESPACE }), options);
    }

    tickWhileOpen() {
        const timer = browser.setInterval(() => this.tick(), TICK);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    /** Move the clocks on; who snoozes comes back, and who may not read the open conversation any more loses it. */
    tick() {
        this.state.now = Date.now();
        if (document.hidden) {
            return;
        }
        const { ids, known, chosenId, filters } = this.inbox;
        const moved = ids.filter((id) => id !== chosenId && !filters.search && !belongs(known[id], filters));
        if (moved.length || chosenId) {
            this.inbox.hear([...moved, chosenId].filter(Boolean));
        }
    }

    get isOffline() {
        return !this.state.isOnline || this.monitoring.isConnectionLost;
    }

    get isListShown() {
        return !this.ui.isSmall || !this.inbox.chosenId;
    }

    get isPatientShown() {
        return Boolean(this.inbox.chosenId && this.state.isPatientWanted);
    }

    /** Without room for three panes the patient lies over the conversation, or on a phone in its place. */
    get isPatientInFront() {
        return this.isPatientShown && this.ui.size < SIZES.XL;
    }

    get isThreadShown() {
        return !this.ui.isSmall || (this.inbox.chosenId && !this.isPatientShown);
    }

    choose(id, { isWriting = false } = {}) {
        if (this.isPatientInFront) {
            this.state.isPatientWanted = false;
        }
        this.inbox.choose(id);
        this.state.isWriting = isWriting;
    }

    /** On a phone, the list stands where the conversation was. */
    explainLoss(isLost) {
        if (isLost && this.ui.isSmall) {
            this.notification.add(_t("This conversation is no longer yours to read."), { type: "warning" });
        }
    }

    togglePatient() {
        this.state.isPatientWanted = !this.state.isPatientWanted;
    }

    /** Leave the conversation; who works with the keyboard goes on where it stands on the list. */
    leave() {
        const id = this.inbox.chosenId;
        this.inbox.choose(null);
        this.focusRow(id);
    }

    // Keyboard

    focusRow(id) {
        const row = id && this.root.el.querySelector(`.o_clinic_row[data-conversation-id="${id}"]`);
        (row ?? this.root.el.querySelector(".o_clinic_inbox_input"))?.focus();
    }

    /** The composer is there only once the conversation is loaded. */
    focusComposer() {
        const composer = this.state.isWriting && this.composer;
        if (composer) {
            composer.focus();
            this.state.isWriting = false;
        }
    }

    get composer() {
        return this.root.el?.querySelector(".o_clinic_composer_textarea");
    }

    get isInFront() {
        return this.ui.activeElement === document;
    }

    /** Keys that work wherever one is on this screen, unless a dialog or a menu is in front. */
    onWindowKeydown(ev) {
        if (!this.isInFront || ev.defaultPrevented || ev.ctrlKey || ev.altKey || ev.metaKey || ev.isComposing) {
            return;
        }
        const isEditing = ev.target.matches?.(EDITABLE);
        if (ev.key === "/" && !isEditing) {
            ev.preventDefault();
            (this.composer ?? this.root.el.querySelector(".o_clinic_inbox_input"))?.focus();
        } else if (["ArrowDown", "ArrowUp"].includes(ev.key) && ev.target === document.body) {
            ev.preventDefault();
            this.focusRow(this.inbox.chosenId ?? this.inbox.ids[0]);
        } else if (ev.key === "Escape" && !document.querySelector(".o_popover, .o-dropdown--menu")) {
            this.escape();
        }
    }

    escape() {
        if (this.isPatientInFront) {
            this.togglePatient();
        } else if (this.inbox.chosenId) {
            this.leave();
        }
    }
}

registry.category("actions").add("clinic_whatsapp.inbox", InboxAction);
