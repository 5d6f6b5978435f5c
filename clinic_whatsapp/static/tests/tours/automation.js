import { registry } from "@web/core/registry";
import { click, see, type } from "./tour_steps";

const LOOK = ".o_clinic_look";

registry.category("web_tour.tours").add("clinic_whatsapp_automation", {
    steps: () => [
        click(".o_list_button_add", "write a new one"),
        type(".o_field_widget[name='name'] input", "Two days before"),
        see(".o_clinic_automation_trigger:value('before')", "it is about visits that are coming up"),
        click(".o_field_x2many_list_row_add a", "add a message"),
        type(".o_selected_row [name='template_id'] input", "Appointment reminder"),
        click(".o-autocomplete--dropdown-item:contains('Appointment reminder')"),
        type(".o_selected_row [name='offset_value'] input", "2"),
        click("button[name='action_preview']", "look at what the patient is going to read"),
        see(`${LOOK} .o_clinic_look_due:contains('12:00')`),
        see(`${LOOK} .o_clinic_phone_text:contains('Deniz Örnek')`, "with the patient's own name"),
        click(`${LOOK} .o_clinic_look_next`),
        see(`${LOOK} .o_clinic_look_reached strong:contains('1')`, "one gets it"),
        see(`${LOOK} .o_clinic_look_left strong:contains('1')`, "and one does not"),
        click(`${LOOK} .o_clinic_look_group[data-reason='no_notice']`, "ask who, and why"),
        see(`${LOOK} .o_clinic_look_row:contains('Ali Demir'):contains('Privacy notice not handed over')`),
        see(`${LOOK} .o_clinic_look_rows:not(:contains('Deniz Örnek'))`),
        see(`${LOOK} .o_clinic_look_cost_hint:contains('Enter what Meta charges')`),
        click(`${LOOK} .o_clinic_look_switch_on`),
        see("body:not(:has(.modal))"),
        see(".o_field_widget[name='status']:contains('On')", "it is switched on"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_automation_pause", {
    steps: () => [
        see(".o_data_row [name='status']:contains('On')"),
        click(".o_clinic_pause_begin:contains('Pause all in Kadıköy')"),
        see(".o_clinic_pause_on:contains('Automations are paused: Kadıköy')", "it is said as long as it lasts"),
        see(".o_data_row [name='status']:contains('Paused')"),
        click(".o_clinic_pause_end"),
        see("body:not(:has(.o_clinic_pause_on))"),
        see(".o_data_row [name='status']:contains('On')"),
    ],
});
