import { queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { describe, expect, test } from "@odoo/hoot";
import { contains, preloadBundle } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();
preloadBundle("web.assets_emoji");

const textarea = ".o_clinic_composer_textarea";
const button = ".o_clinic_emoji_button";

test("an emoji goes where the cursor is, and the keyboard returns to the text", async () => {
    await mountThread();
    await contains(textarea).edit("Hello Ayse", { confirm: false, instantly: true });
    queryFirst(textarea).setSelectionRange(5, 5);
    await contains(button).click();
    await contains(".o-EmojiPicker .o-Emoji[data-codepoints='👍'], .o-EmojiPicker .o-Emoji:first").click();
    await animationFrame();
    expect(queryFirst(textarea).value).toMatch(/^Hello\p{Extended_Pictographic}.? ?Ayse$/u);
    expect(textarea).toBeFocused();
    expect(".o-EmojiPicker").toHaveCount(0);
});

test("the button is labelled, and a locked composer offers none", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await mountThread();
    expect(button).toHaveAttribute("aria-label", "Emoji");
    expect(button).not.toBeEnabled();
});
