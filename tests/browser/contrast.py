"""Measures the contrast of text in drawings, which axe leaves out, against the shape that lies beneath it.

By WCAG 2.2, 1.4.3: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

ENOUGH: Final = 4.5
FAINT: Final = r"""enough => {
    const channels = colour => (colour.match(/[\d.]+/g) || []).map(Number);
    const luminance = colour => colour
        .map(each => each / 255).map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
    const contrast = (one, other) => {
        const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
        return (light + 0.05) / (dark + 0.05);
    };
    const over = (paper, colour, share) => {
        if (!/^rgb/.test(colour)) return paper;
        const [red, green, blue, alpha = 1] = channels(colour);
        return [red, green, blue].map((each, at) => paper[at] + (each - paper[at]) * alpha * share);
    };
    const covers = (shape, x, y) =>
        shape.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse()));
    const around = element => element ? [...around(element.parentElement), element] : [];
    // Painted later lies above: a text is read against all that was painted before it, one over the other.
    const beneath = (text, x, y) => {
        const drawing = text.closest("svg:not(svg svg)");
        const paper = around(drawing)
            .reduce((paper, each) => over(paper, getComputedStyle(each).backgroundColor, 1), [255, 255, 255]);
        return [...drawing.querySelectorAll("rect, path, polygon, circle, ellipse")]
            .filter(each => each.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)
            .filter(each => !each.closest("defs, symbol, clipPath, marker, pattern") && covers(each, x, y))
            .reduce((paper, each) => {
                const style = getComputedStyle(each);
                return over(paper, style.fill, style.fillOpacity * style.opacity);
            }, paper);
    };
    const told = colour => `rgb(${colour.map(Math.round).join(", ")})`;
    const found = new Set();
    for (const text of document.querySelectorAll("svg text")) {
        const box = text.getBoundingClientRect();
        if (!box.width || !text.checkVisibility({visibilityProperty: true})) continue;
        const paper = beneath(text, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
        for (const piece of [text, ...text.querySelectorAll("tspan")]) {
            const ink = over(paper, getComputedStyle(piece).fill, 1), ratio = contrast(ink, paper);
            const line = `${piece.textContent.trim()}: ${told(ink)} on ${told(paper)}, ${ratio.toFixed(2)}`;
            if (ratio < enough) found.add(line);
        }
    }
    return [...found];
}"""


def faint(page: Page) -> list[str]:
    """The texts of drawings that can't be read well, as `text: colour on colour, contrast`."""
    found: list[str] = page.evaluate(FAINT, ENOUGH)
    return found
