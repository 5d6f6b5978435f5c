import { onMounted, onPatched, onWillPatch, onWillUnmount, useEffect, useRef } from "@odoo/owl";

const NEAR = 60; // pixels
const IN_SIGHT = 0.3; // of its area

/** Tell whether an element is in sight of the user, whenever that changes. */
export function useVisible(refName, callback) {
    const ref = useRef(refName);
    useEffect(
        (el) => {
            const observer = new IntersectionObserver(
                (entries) => callback(entries.at(-1).intersectionRatio >= IN_SIGHT),
                { threshold: IN_SIGHT }
            );
            observer.observe(el);
            return () => observer.disconnect();
        },
        () => [ref.el]
    );
}

/**
 * Keep the reader's place in a list that grows at both ends: at the bottom one stays at the bottom; anywhere else the
 * message one reads stays where it is.
 *
 * @param {string} refName of the scrolling element, which is always there
 * @param {() => void} onScroll
 */
export function useScrollKeeper(refName, onScroll) {
    const keeper = new ScrollKeeper(useRef(refName));
    const observer = new ResizeObserver(() => keeper.restore());
    const listener = () => {
        keeper.remember();
        onScroll();
    };
    const grown = () => keeper.restore();
    onMounted(() => {
        keeper.el.addEventListener("scroll", listener, { passive: true });
        keeper.el.addEventListener("load", grown, true); // a picture has its size only once it is there
        observer.observe(keeper.el);
        keeper.restore();
    });
    onWillPatch(() => keeper.remember());
    onPatched(() => keeper.restore());
    onWillUnmount(() => {
        keeper.el.removeEventListener("scroll", listener);
        keeper.el.removeEventListener("load", grown, true);
        observer.disconnect();
    });
    return keeper;
}

class ScrollKeeper {
    isAtBottom = true;
    scrollTop = 0;
    anchor = null;

    constructor(ref) {
        this.ref = ref;
    }

    get el() {
        return this.ref.el;
    }

    get isAtTop() {
        return this.el.scrollTop < NEAR;
    }

    /** One leaves the bottom by scrolling up only: a list that grows or a composer that rises takes nobody away. */
    remember() {
        const { scrollHeight, scrollTop, clientHeight } = this.el;
        const isNear = scrollHeight - scrollTop - clientHeight < NEAR;
        this.isAtBottom = isNear || (this.isAtBottom && scrollTop >= this.scrollTop);
        this.scrollTop = scrollTop;
        const top = this.el.getBoundingClientRect().top;
        const messages = [...this.el.querySelectorAll("[data-message-id]")];
        const el = messages.find((message) => message.getBoundingClientRect().bottom > top);
        this.anchor = el && { el, top: el.getBoundingClientRect().top };
    }

    restore() {
        if (this.isAtBottom) {
            this.toBottom();
        } else if (this.anchor?.el.isConnected) {
            this.el.scrollTop += this.anchor.el.getBoundingClientRect().top - this.anchor.top;
        }
    }

    toBottom() {
        this.isAtBottom = true;
        this.el.scrollTop = this.el.scrollHeight;
        this.scrollTop = this.el.scrollTop;
    }

    /** Bring one element into the upper part of the list; scrolls nothing but the list. */
    toElement(selector) {
        const el = this.el.querySelector(selector);
        if (el) {
            const distance = el.getBoundingClientRect().top - this.el.getBoundingClientRect().top;
            this.el.scrollTop += distance - this.el.clientHeight / 4;
            this.remember();
        }
    }
}
