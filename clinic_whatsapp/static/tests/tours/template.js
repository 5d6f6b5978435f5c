import { registry } from "@web/core/registry";
import { click, gone, open, queued, see, type } from "./tour_steps";

const ITEM = ".o_clinic_template_item";
const PREVIEW = ".o_clinic_template_preview";
const NAME = ".o_clinic_template_fields input[data-index='1']";

registry.category("web_tour.tours").add("clinic_whatsapp_template", {
    steps: () => [
        ...open("Deniz Örnek", "Yarın gelebilir miyim?"),
        see(".o_clinic_composer_textarea:disabled", "the window is closed"),
        click(".o_clinic_composer_lock .o_clinic_composer_choose_template"),
        see(`${ITEM}:contains('Greeting')`, "there is more than one"),
        type(".o_clinic_template_search", "invit"),
        see(`.modal:not(:has(${ITEM}:contains('Greeting')))`),
        click(`${ITEM}:contains('Invitation')`),
        see(`${PREVIEW}:contains('Sayın Deniz Örnek, sizi saat 09')`, "one sees what the next visit makes of it"),
        { content: "mean another visit", trigger: ".o_clinic_template_record", run: "selectByIndex 1" },
        see(`${PREVIEW}:contains('Sayın Deniz Örnek, sizi saat 14')`),
        type(NAME, "Deniz Hanım", "say it in one's own words"),
        see(`${PREVIEW}:contains('Sayın Deniz Hanım, sizi saat 14')`, "the preview follows"),
        click(".o_clinic_template_send"),
        see(queued("Sayın Deniz Hanım, sizi saat 14"), "what one saw is what leaves"),
        see("body:not(:has(.modal))"),
        see(gone(".o_clinic_template_dialog")),
    ],
});

registry.category("web_tour.tours").add("clinic_whatsapp_template_without_consent", {
    steps: () => [
        ...open("Deniz Örnek", "Yarın gelebilir miyim?"),
        click(".o_clinic_composer_choose_template"),
        click(`${ITEM}:contains('Greeting')`),
        see(`${PREVIEW}:contains('Sayın Deniz Örnek')`),
        see(".o_clinic_template_obstacle .o_clinic_template_act", "one is told what can be done at the desk"),
        see(".o_clinic_template_send:disabled", "and cannot send"),
        click(".modal .btn-secondary:contains('Cancel')"),
        see("body:not(:has(.modal))"),
    ],
});
