import { click, see, type } from "@clinic_whatsapp/../tests/tours/tour_steps";
import { registry } from "@web/core/registry";

const openMenu = (section, entry) => [
    click(`.o_menu_sections button:contains('${section}')`),
    click(`.dropdown-item:contains('${entry}')`),
];

/** Choose a field of the kind of record as the place where something stands. */
const choosePath = (name, field) => [
    click(`.o_field_widget[name='${name}'] .o_model_field_selector`),
    click(`.o_model_field_selector_popover_item[data-name='${field}'] .o_model_field_selector_popover_item_name`),
    see("body:not(:has(.o_model_field_selector_popover))"),
];

const select = (trigger, label, content) => ({ content, trigger, run: `selectByLabel ${label}` });

registry.category("web_tour.tours").add("clinic_whatsapp_calendar_automation", {
    steps: () => [
        ...openMenu("Configuration", "Records of automations"),
        see(".o_data_row:contains('Calendar events')", "events of the calendar are ready to be used"),
        click(".o_list_button_add", "name them anew all the same, as one does for any other app"),
        type(".o_field_widget[name='name'] input", "Visits in the calendar"),
        select(".o_clinic_source_model", "Calendar Event", "which records"),
        ...choosePath("partner_path", "clinic_patient_id"),
        ...choosePath("company_path", "clinic_company_id"),
        ...choosePath("date_path", "start"),
        click(".o_form_button_save"),
        see(".o_form_saved, .o_form_readonly, .o_form_view:not(:has(.o_form_button_save:visible))"),

        ...openMenu("Automations", "Automations"),
        click(".o_list_button_add", "write an automation about them"),
        type(".o_field_widget[name='name'] input", "Day before a visit"),
        select(".o_clinic_automation_trigger", "a date of a record comes"),
        type(".o_field_widget[name='source_id'] input", "Visits in the calendar"),
        click(".o-autocomplete--dropdown-item:contains('Visits in the calendar'):not(:contains('Create'))"),
        click(".o_field_x2many_list_row_add a", "add a message: one day before, unless said otherwise"),
        type(".o_selected_row [name='template_id'] input", "Hello"),
        click(".o-autocomplete--dropdown-item:contains('Hello')"),
        click("button[name='action_forecast']:contains('Switch on')"),
        see(".o_clinic_look_reached strong:contains('1')", "the event's patient is going to get it"),
        click(".o_clinic_look_switch_on"),
        see("body:not(:has(.modal))"),
        see(".o_field_widget[name='status']:contains('On')", "it is switched on"),
    ],
});
