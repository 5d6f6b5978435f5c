import { registry } from "@web/core/registry";
import { click, enter, gone, open, queued, row, see, showView, type } from "./tour_steps";

const PATIENT = "Deniz Örnek";
const ANSWER = "Tabii, saat 10'da bekliyoruz.";

registry.category("web_tour.tours").add("clinic_whatsapp_answer", {
    steps: () => [
        see(".o_clinic_inbox_tab_active[data-view='unanswered']", "who waits is what one sees first"),
        see(`${row(PATIENT)} .o_clinic_row_waiting`),
        ...open(PATIENT, "Yarın gelebilir miyim?"),
        enter(".o_clinic_composer_textarea", ANSWER),
        see(queued("saat 10"), "the answer is on its way"),
        see(".o_clinic_composer_textarea:placeholder-shown", "nothing is left in the composer"),
        ...showView("unanswered"),
        see(gone(row(PATIENT)), "nobody waits any more"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_answer_on_a_phone", {
    steps: () => [
        ...open(PATIENT, "Yarın gelebilir miyim?"),
        see(gone(".o_clinic_inbox_list"), "the list has made room"),
        type(".o_clinic_composer_textarea", ANSWER),
        click(".o_clinic_composer_send"),
        see(queued("saat 10"), "the answer is on its way"),
        click(".o_clinic_bar_who", "look at the patient"),
        see(".o_clinic_inbox_patient .o_clinic_pane_name:contains('Deniz Örnek')"),
        see(gone(".o_clinic_thread"), "the conversation has made room"),
        click(".o_clinic_inbox_patient_head .o_clinic_bar_back"),
        click(".o_clinic_thread_header .o_clinic_bar_back"),
        see(".o_clinic_inbox_list"),
    ],
});
