import { registry } from "@web/core/registry";
import { click, gone, open, see, type } from "./tour_steps";

const STRANGER = "Ayla W.";
const WRITTEN = "Ben Ayla";
const FORM = ".o_clinic_finder_form";

/** What a click in the browser's own calendar does. */
const pickDate = (trigger, date) => ({
    trigger,
    run() {
        this.anchor.value = date;
        this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
    },
});

registry.category("web_tour.tours").add("clinic_whatsapp_link_patient", {
    steps: () => [
        ...open(STRANGER, WRITTEN),
        see(".o_clinic_finder:contains('Who is this?')"),
        type(".o_clinic_finder_query", "deniz"),
        click(".o_clinic_finder_patient:contains('Deniz Örnek')"),
        see(".o_clinic_pane_name:contains('Deniz Örnek')", "the pane shows the patient"),
        see(gone(".o_clinic_finder"), "nobody is unknown any more"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_create_patient", {
    steps: () => [
        ...open(STRANGER, WRITTEN),
        click(".o_clinic_finder_new"),
        see(`${FORM} .o_clinic_finder_name:value('${STRANGER}')`, "the name at WhatsApp is a beginning"),
        type(`${FORM} .o_clinic_finder_name`, "Ayla Yeni"),
        pickDate(`${FORM} .o_clinic_finder_birth`, "1990-05-17"),
        click(`${FORM} button[type='submit']`),
        see(".o_clinic_pane_name:contains('Ayla Yeni')"),
        see(gone(".o_clinic_finder")),
    ],
});
