// Whether everything on a page can be seen: nothing reaches over the edge of the screen or of what it stands in, and nothing is
// cut off. On a screen of a computer no table has to be pushed sideways either.

// The widths that are looked at: small and large phones, a tablet, small and large screens.
export const WIDTHS = [320, 360, 414, 768, 1280, 1440];

// From here on a table shows all of its columns at once.
const WIDE = 1280;

export const everythingFits = async (page, width, at, expect) => {
  const found = await page.evaluate((wide) => {
    const name = (element) => {
      const classes = [...element.classList].map((c) => "." + c).join("");
      return element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") + classes;
    };
    const faults = [];
    const screen = document.documentElement.clientWidth;
    const seen = [...document.body.querySelectorAll("*")].filter(
      (e) => e.checkVisibility() && !e.closest(".unseen, svg") && e.getBoundingClientRect().width > 0,
    );
    const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    const scroller = (e) => {
      for (let p = e.parentElement; p; p = p.parentElement) if (scrolls(p)) return p;
      return null;
    };
    for (const element of seen) {
      const box = element.getBoundingClientRect();
      // The lanes are wider than their window when they are zoomed.
      if (!scroller(element) && (box.right > screen + 1 || box.left < -1)) {
        faults.push(`${name(element)} reaches from ${box.left.toFixed(0)} to ${box.right.toFixed(0)}`);
      }
      const style = getComputedStyle(element);
      const hides = style.overflowX === "hidden" || style.overflowX === "clip";
      if (hides && element.scrollWidth > element.clientWidth + 1) {
        faults.push(`${name(element)} is cut off: ${element.scrollWidth} in ${element.clientWidth}`);
      }
      if (scrolls(element) && element.scrollWidth > element.clientWidth + 1) {
        if (screen >= wide) faults.push(`${name(element)} is to be pushed sideways: ${element.scrollWidth} in ${element.clientWidth}`);
        if (element.tabIndex < 0) faults.push(`${name(element)} cannot be pushed sideways with the keyboard`);
      }
    }
    // Words may reach over the edge of what they stand in without making it wider.
    const range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.textContent.trim() || !parent.checkVisibility() || parent.closest(".unseen, svg, script, style, option")) continue;
      range.selectNodeContents(node);
      const window = scroller(parent)?.getBoundingClientRect() ?? { left: 0, right: screen };
      const inside = scroller(parent) && scroller(parent).scrollWidth > scroller(parent).clientWidth;
      for (const box of range.getClientRects()) {
        if (box.width > window.right - window.left + 1 || (!inside && box.right > window.right + 1)) {
          faults.push(`"${node.textContent.trim().slice(0, 30)}" in ${name(parent)} reaches to ${box.right.toFixed(0)}`);
          break;
        }
        const block = parent.closest("p, li, td, th, h1, h2, h3, dd, dt, figcaption, div, summary").getBoundingClientRect();
        if (box.right > block.right + 2) {
          faults.push(`"${node.textContent.trim().slice(0, 30)}" reaches out of its ${name(parent)} by ${(box.right - block.right).toFixed(0)}`);
          break;
        }
      }
    }
    return [...new Set(faults)].slice(0, 8);
  }, WIDE);
  for (const fault of found) expect(false, `${at}: ${fault}`);
  const all = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(all <= width, `${at}: the page is ${all} wide`);
};

// The score and the title are on the first screen of a phone, whatever the title.
export const scoreIsSeen = async (page, at, expect) => {
  const score = await page.locator(".score").first();
  if (!(await score.count())) return;
  const box = await score.boundingBox();
  const screen = page.viewportSize();
  const seen = box.x >= 0 && box.x + box.width <= screen.width && box.y >= 0 && box.y + box.height <= screen.height;
  expect(seen, `${at}: the score is not on the first screen, but at ${box.x.toFixed(0)}, ${box.y.toFixed(0)}`);
};
