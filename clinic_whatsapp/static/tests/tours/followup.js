import { registry } from "@web/core/registry";
import { click, see, type } from "./tour_steps";

const STEP = (title) => `.o_clinic_followup_step:contains('${title}')`;
const tab = (name) => click(`.o_notebook .nav-link:contains('${name}')`);

registry.category("web_tour.tours").add("clinic_whatsapp_followup", {
    steps: () => [
        tab("Treatment"),
        see(".o_clinic_followup_timeline:contains('No treatment plan has been started')"),
        click("button[name='action_start_followup']"),
        type(".modal .o_field_widget[name='automation_id'] input", "filling", "choose the plan"),
        click(".dropdown-item:contains('After a filling')"),
        click(".modal .modal-footer button:contains('Start')"),
        see(`${STEP("Advice")}[data-state='planned']`, "what is to come stands on the patient"),
        see(`${STEP("Control")}[data-state='planned']`),
        click(`${STEP("Advice")} .o_clinic_followup_skip`),
        click(".modal .btn-primary:contains('Skip it')"),
        see(`${STEP("Advice")}[data-state='skipped']:contains('Stopped by a colleague')`),
        click(`${STEP("Control")} .o_clinic_followup_move`),
        type(".modal #o_clinic_followup_moment", "12/31/2099 10:00"),
        click(".modal .modal-title", "put the cursor somewhere else"),
        click(".modal .o_clinic_followup_confirm"),
        see(`${STEP("Control")}:contains('moved by a colleague')`),
        click(".o_clinic_followup_stop"),
        click(".modal .btn-primary:contains('Stop the plan')"),
        see(".o_clinic_followup[data-state='stopped']:contains('Stopped by a colleague')"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_followup_plan", {
    steps: () => [
        click(".o_list_button_add"),
        type(".o_field_widget[name='name'] input", "After an implant"),
        type(".o_field_widget[name='service_ids'] input", "Examination"),
        click(".dropdown-item:contains('Examination')"),
        click(".o_field_widget[name='step_ids'] .o_field_x2many_list_row_add a"),
        type(".o_selected_row .o_field_widget[name='title'] input", "Control visit"),
        type(".o_selected_row .o_field_widget[name='template_id'] input", "Check-up"),
        click(".dropdown-item:contains('Check-up is due (English)')"),
        type(".o_selected_row .o_field_widget[name='offset_value'] input", "10"),
        click("button[name='action_forecast']:contains('Switch on')", "look at what it would do"),
        click(".o_clinic_look_switch_on"),
        see("body:not(:has(.modal))"),
        see(".o_field_widget[name='status']:contains('On')", "it is switched on"),
    ],
});
