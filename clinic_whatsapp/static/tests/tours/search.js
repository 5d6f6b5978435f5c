import { registry } from "@web/core/registry";
import { click, gone, message, open, row, see, type } from "./tour_steps";

const PATIENT = "Deniz Örnek";
const INPUT = ".o_clinic_inbox_input";
const NOBODY = ".o_clinic_inbox_empty:contains('Nobody found')";
const RESULT = ".o_clinic_search_result";

registry.category("web_tour.tours").add("clinic_whatsapp_search_a_name", {
    steps: () => [
        see(row("Ayla W."), "several people have written"),
        type(INPUT, "deniz"),
        see(row(PATIENT)),
        see(gone(row("Ayla W."))),
        type(INPUT, "Ela Başka", "look for somebody who wrote to the other branch"),
        see(NOBODY),
        see(gone(".o_clinic_row")),
        type(INPUT, "0530 000 00 01", "look for a number as one says it"),
        ...open(PATIENT, "Yarın gelebilir miyim?"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_search_a_text", {
    steps: () => [
        ...open(PATIENT, "Yarın gelebilir miyim?"),
        see(gone(message("alerjim")), "what is old is not on the screen"),
        click(".o_clinic_thread_search"),
        type(".o_clinic_search_input", "penisilin"),
        see(`${RESULT}:contains('1 of 2')`),
        click(".o_clinic_search_older"),
        see(`${RESULT}:contains('2 of 2')`),
        see(message("Penisilin alerjim var"), "it is fetched and shown"),
        type(".o_clinic_search_input", "muz"),
        see(`${RESULT}:contains('Nothing found')`),
        click(".o_clinic_search_close"),
        see(gone(".o_clinic_search")),
    ],
});
