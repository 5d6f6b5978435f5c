import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryFirst } from "@odoo/hoot-dom";
import { contains } from "@web/../tests/web_test_helpers";
import { clinic, makeMedia, mountThread, sendNews, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const scroller = ".o_clinic_thread_scroller";
const text = ".o_clinic_bubble_text";
const ATTACKS = [
    "<script>window.attacked = true</script>",
    "<img src=x onerror='window.attacked = true'>",
    "<svg onload='window.attacked = true'>",
    "<iframe srcdoc='<script>parent.attacked = true</script>'></iframe>",
    "\"><a href='javascript:window.attacked = true'>x</a>",
    "<style>*{display:none}</style>",
    "{{ window.attacked = true }} <t t-out='window.attacked = true'/>",
    "*<b onclick='window.attacked = true'>bold</b>* _<i>x</i>_ ```<u>y</u>```",
];
const ELEMENTS = "script, svg[onload], iframe, style, b, i:not(.fa), u, img, [onerror], [onclick], [onload]";

const fits = (selector) => queryFirst(selector).scrollWidth <= queryFirst(selector).clientWidth;

test("markup, scripts and templates are text wherever a patient's words are shown", async () => {
    delete window.attacked;
    for (const attack of ATTACKS) {
        clinic.add(
            { body: attack, quoted: { id: 1, preview: attack } },
            { type: "document", body: attack, media: makeMedia("document", { name: attack }) },
            { type: "location", location: { latitude: 1, longitude: 2, name: attack, address: attack, url: "" } },
            { type: "contacts", body: "", contacts: [{ name: attack, phones: [attack], emails: [attack], organization: attack }] },
            { type: "system", body: "", system: attack },
            { type: "unsupported", body: "", description: attack, wire_type: attack },
            { body: "x", header: attack, footer: attack, reactions: [{ emoji: attack, direction: "in", author: attack }] },
            { body: "x", referral: { headline: attack, body: attack, url: "javascript:window.attacked = true" } },
            { body: "", answers: [{ label: attack, value: attack }] }
        );
    }
    Object.assign(clinic.headers[7], { name: ATTACKS[1], patient: { id: 31, name: ATTACKS[1] } });
    await mountThread();
    await contains(".o_clinic_thread_older button").click();
    expect(queryAll(`${scroller} ${text}`).length).toBeGreaterThan(20);
    const found = queryAll(ELEMENTS, { root: queryFirst(scroller) });
    expect(found.map((el) => el.outerHTML.slice(0, 80))).toEqual([]);
    expect(window.attacked).toBe(undefined);
    expect(queryAll(`${scroller} a`).filter(({ protocol }) => !["http:", "https:", "tel:", "mailto:"].includes(protocol))).toEqual([]);
});

test("addresses that a browser would run are no links", async () => {
    clinic.add({ body: "javascript:alert(1) data:text/html,<script>1</script> vbscript:x https://example.com/javascript:x" });
    await mountThread();
    expect(queryAll(`${text} a`).map(({ href }) => href)).toEqual(["https://example.com/javascript:x"]);
});

test("characters that turn the direction end with the message", async () => {
    const [hostile, next] = clinic.add({ body: "\u202eorders ruoy\u2067\u2066" }, { body: "Good morning" });
    await mountThread();
    for (const id of [hostile, next]) {
        const content = queryFirst(`[data-message-id='${id}'] .o_clinic_bubble_content`);
        expect(content).toHaveAttribute("dir", "auto");
        expect(getComputedStyle(content).unicodeBidi).toBe("plaintext");
    }
    expect(`[data-message-id='${hostile}'] .o_clinic_bubble_meta > span`).toHaveAttribute("dir", "ltr");
    expect(`[data-message-id='${next}'] ${text}`).toHaveText("Good morning");
});

test("4,096 emoji, zero-width characters and words without an end stay within their bubble", async () => {
    clinic.add(
        { body: "👩‍👩‍👧‍👦".repeat(585) },
        { body: "🎉".repeat(4096) },
        { body: "\u200b\u200d\u2060\ufeff".repeat(1024) },
        { body: "W".repeat(4096) },
        { body: `Z${"\u0335\u0336\u0489".repeat(1300)}` },
        { body: "\n".repeat(4000) }
    );
    await mountThread();
    expect(".o_clinic_message").toHaveCount(6);
    expect(fits(scroller)).toBe(true);
    for (const bubble of queryAll(".o_clinic_bubble")) {
        expect(bubble.getBoundingClientRect().right).toBeLessThan(queryFirst(scroller).getBoundingClientRect().right + 1);
    }
});

test("a file with a name of 5,000 characters stays a tile with its buttons", async () => {
    const name = `\u202e${"very-long-".repeat(500)}fdp.exe`;
    clinic.add({ type: "document", body: "", media: makeMedia("document", { name, mime: "application/pdf" }) });
    await mountThread();
    expect(fits(scroller)).toBe(true);
    expect(queryFirst(".o_clinic_document_name").textContent).not.toInclude("\u202e");
    const download = queryFirst(".o_clinic_document_download").getBoundingClientRect();
    expect(download.right).toBeLessThan(queryFirst(scroller).getBoundingClientRect().right);
});

test("what comes over the bus is treated no better", async () => {
    delete window.attacked;
    await mountThread();
    clinic.add({ body: ATTACKS[1] });
    await sendNews();
    expect(text).toHaveText(ATTACKS[1]);
    expect(`${scroller} img`).toHaveCount(0);
    expect(window.attacked).toBe(undefined);
});
