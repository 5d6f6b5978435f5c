import { registry } from "@web/core/registry";
import { choose, click, gone, open, row, see, showView, status, type } from "./tour_steps";

const PATIENT = "Deniz Örnek";
const WRITTEN = "Yarın gelebilir miyim?";
const COLLEAGUE = "Elif Yılmaz";
const NOTE_BOX = ".o_clinic_note_textarea";

registry.category("web_tour.tours").add("clinic_whatsapp_assign", {
    steps: () => [
        ...open(PATIENT, WRITTEN),
        click(".o_clinic_bar_assign"),
        see(".o_clinic_bar_colleague", "the colleagues of the branch are offered"),
        see("body:not(:has(.o_clinic_bar_colleague:contains('Other Branch')))", "and nobody else"),
        click(`.o-dropdown-item:contains('${COLLEAGUE}')`),
        see(`.o_clinic_bar_assign:contains('${COLLEAGUE}')`),
        see(`${row(PATIENT)} .o_clinic_row_assignee[alt='${COLLEAGUE}']`, "everybody sees whose it is"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_note", {
    steps: () => [
        ...open(PATIENT, WRITTEN),
        click(".o_clinic_composer_mode_note"),
        type(NOTE_BOX, "Lütfen ara @eli", "begin to name a colleague"),
        click(`.o_clinic_suggestion:contains('${COLLEAGUE}')`),
        see(`${NOTE_BOX}:value('Lütfen ara @${COLLEAGUE} ')`),
        { content: "write it down", trigger: NOTE_BOX, run: "press Enter" },
        see(`.o_clinic_note:contains('Lütfen ara @${COLLEAGUE}')`, "the note stands between the messages"),
        see(`${NOTE_BOX}:placeholder-shown`),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_close_and_reopen", {
    steps: () => [
        ...open(PATIENT, WRITTEN),
        click(".o_clinic_bar_close"),
        see(status("Closed")),
        ...showView("unanswered"),
        see(gone(row(PATIENT)), "nobody waits any more"),
        ...showView("closed"),
        click(row(PATIENT)),
        click(".o_clinic_bar_reopen"),
        see(gone(".o_clinic_bar_status"), "it is open again"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_snooze", {
    steps: () => [
        ...open(PATIENT, WRITTEN),
        ...choose(".o_clinic_bar_snooze", "For three hours"),
        see(status("Snoozed until")),
        ...showView("unanswered"),
        see(gone(row(PATIENT)), "it is out of the way"),
        ...showView("snoozed"),
        see(row(PATIENT), "and not forgotten"),
    ],
});
