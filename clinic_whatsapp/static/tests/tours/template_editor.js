import { registry } from "@web/core/registry";
import { click, open, queued, see, type } from "./tour_steps";

const BODY = ".o_clinic_text[data-place='body']";
const PHONE = ".o_clinic_phone_preview";
const button = (position) => `.o_clinic_button[data-position='${position}']`;

/** Go on writing where the cursor stands, spaces included. */
const goOn = (text) => ({
    content: "go on writing",
    trigger: `${BODY} textarea`,
    run: (actions) => actions.fill(text),
});

const insert = (helper) => [
    click(`${BODY} .o_clinic_insert`),
    click(`.o_clinic_insert_menu [data-helper='${helper}']`),
];

const addButton = (kind) => [click(".o_clinic_button_add"), click(`.o-dropdown--menu [data-kind='${kind}']`)];

registry.category("web_tour.tours").add("clinic_whatsapp_template_editor", {
    steps: () => [
        click(".o_list_button_add", "write a new one"),
        type("[name='title'] textarea", "Invitation"),
        type("[name='account_id'] input", "Reception"),
        click(".o-autocomplete--dropdown-item:contains('Reception Kadıköy')"),
        see("[name='name'] input:value('invitation')", "its name follows from what it is called"),
        goOn("Sayın "),
        ...insert("patient_name"),
        see(`${PHONE}:contains('Sayın Ayşe Yılmaz')`, "one sees it with an example"),
        see(`${BODY} [data-place='body']:contains('begin or end with a variable')`, "and what Meta would refuse"),
        goOn(", sizi "),
        ...insert("appointment_date"),
        goOn(" günü kliniğimizde bekliyoruz."),
        see(`body:not(:has(${BODY} .o_clinic_problems))`, "nothing is wrong any more"),
        see(".o_clinic_value[data-index='2'] [data-name='sample']:not(:placeholder-shown)"),
        type(".o_clinic_value[data-index='2'] [data-name='sample']", "24 Kasım Salı"),
        ...addButton("quick_reply"),
        type(`${button(1)} [data-name='text']`, "Geleceğim"),
        ...addButton("url"),
        type(`${button(2)} [data-name='text']`, "Yol tarifi"),
        type(`${button(2)} [data-name='url']`, "https://www.papatya-klinik.com.tr/yol"),
        see(`${PHONE}:contains('Sayın Ayşe Yılmaz, sizi 24 Kasım Salı günü kliniğimizde bekliyoruz.')`),
        see(`${PHONE} .o_clinic_phone_button:contains('Geleceğim')`),
        see(`${PHONE} .o_clinic_phone_button:contains('Yol tarifi')`),
        click("button[name='action_submit']", "Meta is to look at it"),
        see(".o_arrow_button_current:contains('In review')"),
        see(".o_form_saved, .o_form_button_save:not(:visible)"),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_template_sent", {
    steps: () => [
        ...open("Deniz Örnek", "Yarın gelebilir miyim?"),
        click(".o_clinic_composer_lock .o_clinic_composer_choose_template"),
        see(".o_clinic_template_preview:contains('Sayın Deniz Örnek, sizi')", "the only one is chosen"),
        see(".o_clinic_template_preview .o_clinic_bubble_button:contains('Yol tarifi')"),
        click(".o_clinic_template_send"),
        see(queued("Sayın Deniz Örnek, sizi"), "it is on its way"),
        see("body:not(:has(.modal))"),
    ],
});
