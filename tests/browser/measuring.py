"""Measures where the text of a page stands: what is cut off, what lies over another, what leaves its box.

A text is a piece of a text node on one line, clipped as the boxes around it clip it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXTS = r"""
const shown = node => node.checkVisibility({visibilityProperty: true, opacityProperty: true,
                                            contentVisibilityAuto: true});
// The usual way to speak to screen readers alone.
const isForEars = node => {
    for (; node; node = node.parentElement) {
        const style = getComputedStyle(node);
        if (style.clipPath !== "none" && style.position === "absolute") return true;
    }
    return false;
};
function* clips(node) {
    for (; node && node !== document.body; node = node.parentElement) {
        const style = getComputedStyle(node);
        if (style.overflowX !== "visible" || style.overflowY !== "visible") yield node;
    }
}
function clipped(rect, node) {
    let {left, top, right, bottom} = rect;
    for (const around of clips(node)) {
        const box = around.getBoundingClientRect();
        left = Math.max(left, box.left); right = Math.min(right, box.right);
        top = Math.max(top, box.top); bottom = Math.min(bottom, box.bottom);
    }
    return {left, top, right, bottom};
}
function texts() {
    const found = [], root = document.body ?? document.documentElement;
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !shown(element) || isForEars(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const whole of range.getClientRects()) {
            const rect = clipped(whole, element);
            if (rect.right - rect.left < 1 || rect.bottom - rect.top < 1) continue;
            found.push({node, element, whole, rect, text: node.data.trim().slice(0, 60)});
        }
    }
    return found;
}
"""
OVERLAPS = (
    "() => {"
    + TEXTS
    + r"""
    const sorted = texts().sort((a, b) => a.rect.top - b.rect.top), found = new Set();
    sorted.forEach((a, at) => {
        for (let next = at + 1; next < sorted.length; next++) {
            const b = sorted[next];
            // lines of text reach a little into each other: their boxes are higher than their letters
            if (b.rect.top > a.rect.bottom - 4) break;
            const wide = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
            const high = Math.min(a.rect.bottom, b.rect.bottom) - b.rect.top;
            if (a.node !== b.node && wide > 2 && high > 4) found.add(`${a.text} | ${b.text}`);
        }
    });
    return [...found];
}"""
)
CUT = (
    "() => {"
    + TEXTS
    + r"""
    const scrolls = value => value === "auto" || value === "scroll", found = new Set();
    for (const {element, whole, text} of texts()) {
        for (const around of clips(element)) {
            const style = getComputedStyle(around), box = around.getBoundingClientRect();
            const sideways = whole.right > box.right + 1 || whole.left < box.left - 1;
            const up = whole.bottom > box.bottom + 2 || whole.top < box.top - 2;
            if (sideways && !scrolls(style.overflowX) || up && !scrolls(style.overflowY)) found.add(text);
            if (scrolls(style.overflowX) || scrolls(style.overflowY)) break;
        }
    }
    return [...found];
}"""
)
RUN_OUT = (
    "() => {"
    + TEXTS
    + r"""
    const found = new Set();
    for (const {element, whole, rect, text} of texts()) {
        if (element.closest("svg")) continue;
        let box = element;
        while (getComputedStyle(box).display.startsWith("inline")) box = box.parentElement;
        const around = box.getBoundingClientRect(), scrolls = getComputedStyle(box).overflowX !== "visible";
        if (!scrolls && (whole.right > around.right + 1 || whole.left < around.left - 1)) found.add(text);
        if (rect.right > document.documentElement.clientWidth + 1) found.add(text);
    }
    return [...found];
}"""
)

OUTGROWN = r"""() => {
    const boxes = [...document.querySelectorAll("svg.diagram rect.d-tile, svg.diagram rect.d-group")]
        .map(each => each.getBoundingClientRect()).sort((a, b) => a.width * a.height - b.width * b.height);
    const found = new Set();
    for (const text of document.querySelectorAll("svg.diagram text:not(.d-label)")) {
        const box = text.getBoundingClientRect();
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const around = boxes
            .find(each => each.left <= x && x <= each.right && each.top <= y && y <= each.bottom);
        if (around && (box.left < around.left || box.right > around.right)) found.add(text.textContent);
    }
    return [...found];
}"""


def overlaps(page: Page) -> list[str]:
    """Pairs of texts that lie over one another, as `one | other`."""
    return _asked(page, OVERLAPS)


def cut_off(page: Page) -> list[str]:
    """Texts of which a part is hidden by a box that doesn't scroll."""
    return _asked(page, CUT)


def run_out(page: Page) -> list[str]:
    """Texts that reach out of the box that they stand in, or out of the page, sideways."""
    return _asked(page, RUN_OUT)


def outgrown(page: Page) -> list[str]:
    """Texts of a diagram that reach out of the tile or the group that they stand in; arrows' labels may."""
    return _asked(page, OUTGROWN)


def _asked(page: Page, script: str) -> list[str]:
    found: list[Any] = page.evaluate(script)
    return [str(each) for each in found]
