import { registry } from "@web/core/registry";
import { click, see, type } from "./tour_steps";

const DIALOG = ".o_clinic_template_dialog";

registry.category("web_tour.tours").add("clinic_whatsapp_send_many", {
    steps: () => [
        see(".o_list_view .o_data_row:contains('Deniz Örnek')"),
        click(".o_list_record_selector input", "select all patients"),
        click("button[name='action_compose_template']"),
        click(`${DIALOG} .o_clinic_template_item:contains('Holiday')`),
        see(`${DIALOG} .o_clinic_recipients_group[data-state='denied']:contains('Ece Örnek')`, "one sees who cannot get it"),
        type(`${DIALOG} .o_clinic_template_field input`, "1 Mayıs", "type what is the same for all"),
        click(`${DIALOG} .o_clinic_recipients`, "leave the field"),
        see(`${DIALOG} .o_clinic_recipients_group[data-state='ready']:contains('Deniz Örnek')`),
        see(`${DIALOG} .o_clinic_template_preview:contains('1 Mayıs')`),
        click(`${DIALOG} .o_clinic_template_send:enabled`),
        see(`${DIALOG} .o_clinic_send_row[data-state='taken']:contains('Deniz Örnek')`, "everybody is named in the end"),
        click(`${DIALOG} .modal-footer .btn-secondary`),
        see("body:not(:has(.modal))"),
    ],
});
