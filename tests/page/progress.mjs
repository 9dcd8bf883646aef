// Looks at a page of `aloud progress --html` in a real Chromium: node progress.mjs PAGE ANSWERS FOLDER
// PAGE is the file, ANSWERS how many answers it should draw, FOLDER where the pictures go. Exit 1 and a line for each fault.
import { chromium } from "playwright-core";
import { mkdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { contrast } from "./contrast.mjs";
import { everythingFits, WIDTHS } from "./fits.mjs";
import { nothingFromOutside } from "./outside.mjs";

const [file, answers, folder] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
mkdirSync(folder, { recursive: true });
const url = pathToFileURL(file).href;
const faults = [];
const expect = (holds, what) => {
  if (!holds) faults.push(what);
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

// A fresh page at a width and in a colour scheme; whatever it says or asks for is a fault.
const open = async (width, colorScheme, options = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`${width} ${colorScheme}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${width} ${colorScheme}: error: ${error.message}`));
  page.on("dialog", (dialog) => faults.push(`${width} ${colorScheme}: dialog: ${dialog.message()}`));
  page.on("request", (request) => expect(request.url().split("#")[0] === url, `it asks for ${request.url()}`));
  await page.goto(url);
  return page;
};

// On every screen all of it is seen, whatever the names in it, and on paper too.
for (const width of WIDTHS) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, scheme);
    await everythingFits(page, width, `${width} ${scheme}`, expect);
    await page.screenshot({ path: `${folder}/fits-${width}-${scheme}.png` });
    await page.context().close();
  }
}
{
  // A sheet of A4 between margins of 12 mm.
  const page = await open(703, "light");
  await page.emulateMedia({ media: "print" });
  await everythingFits(page, 703, "on paper", expect);
  await page.context().close();
}

const backgrounds = {};
for (const width of [360, 1440]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, scheme);
    const at = `${width} ${scheme}`;
    const drawn = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      charts: [...document.querySelectorAll(".chart")].map((chart) => {
        const box = (element) => element.getBoundingClientRect();
        const svg = box(chart.querySelector("svg"));
        const inside = (b) => b.left >= svg.left - 1 && b.right <= svg.right + 1 && b.top >= svg.top - 1 && b.bottom <= svg.bottom + 1;
        return {
          name: chart.dataset.measure,
          points: chart.querySelectorAll("circle").length,
          line: box(chart.querySelector(".line")).width,
          width: svg.width,
          inside: [...chart.querySelectorAll("circle, text")].every((element) => inside(box(element))),
          text: Math.min(...[...chart.querySelectorAll("text")].map((t) => box(t).height)),
          overlap: [...chart.querySelectorAll("text")].some((a, i, all) =>
            all.slice(i + 1).some((b) => box(a).left < box(b).right && box(b).left < box(a).right && box(a).top + 3 < box(b).bottom && box(b).top + 3 < box(a).bottom)),
        };
      }),
      colours: ["body", ".hint", ".verdict", ".now", "footer p", ".card h2", ".legend"].map((selector) => {
        const element = document.querySelector(selector);
        const card = element.closest(".card, .chart");
        return [selector, getComputedStyle(element).color, getComputedStyle(card || document.body).backgroundColor];
      }),
      ticks: getComputedStyle(document.querySelector(".tick")).fill,
      card: getComputedStyle(document.querySelector(".chart")).backgroundColor,
      line: getComputedStyle(document.querySelector(".point")).fill,
    }));
    expect(drawn.wide <= width, `${at}: the page is ${drawn.wide} wide`);
    expect(drawn.charts.length >= 6, `${at}: ${drawn.charts.length} charts`);
    for (const chart of drawn.charts) {
      expect(chart.points === answers, `${at}: ${chart.name} has ${chart.points} points`);
      expect(chart.line > 0.6 * chart.width, `${at}: the line of ${chart.name} is ${chart.line} wide`);
      expect(chart.inside, `${at}: something of ${chart.name} is drawn outside`);
      expect(chart.text >= 10, `${at}: the text of ${chart.name} is ${chart.text} high`);
      expect(!chart.overlap, `${at}: texts of ${chart.name} overlap`);
    }
    for (const [selector, ink, paper] of drawn.colours) {
      expect(contrast(ink, paper) >= 4.5, `${at}: ${selector} has a contrast of ${contrast(ink, paper).toFixed(1)}`);
    }
    expect(contrast(drawn.ticks, drawn.card) >= 4.5, `${at}: the numbers of the axes are too faint`);
    expect(contrast(drawn.line, drawn.card) >= 3, `${at}: the points are too faint`);
    backgrounds[scheme] = drawn.colours[0][2];
    await page.screenshot({ path: `${folder}/${width}-${scheme}.png`, fullPage: true });
    await page.context().close();
  }
}
expect(backgrounds.light !== backgrounds.dark, "dark and light look the same");

// Hover, click, keyboard.
{
  const page = await open(1440, "light");
  const fillers = page.locator('.chart[data-measure="fillers_per_minute"]');
  const point = fillers.locator("a").nth(Math.floor(answers / 2));
  const id = await point.getAttribute("data-id");
  const label = await point.getAttribute("aria-label");
  await point.hover();
  expect((await page.locator("#reading").textContent()) === label, "hovering does not read the answer");
  const [tip, spot] = [await page.locator("#reading").boundingBox(), await point.boundingBox()];
  expect(tip && Math.abs(tip.y - spot.y) < 80 && tip.x >= 0 && tip.x + tip.width <= 1440, "what is read is not at the point");
  expect((await page.locator(`.chart a.near[data-id="${id}"]`).count()) > 1, "hovering does not mark the answer in the other charts");
  expect(await page.locator("#detail").isHidden(), "the details are there before anybody asked");
  await point.click();
  expect(await page.locator("#detail").isVisible(), "clicking does not open the details");
  expect((await page.locator("#detail-title").textContent()).startsWith(`Answer ${id},`), "the details are another answer's");
  expect((await page.locator("#detail-values dt").count()) >= 6, "the details lack measures");
  expect((await page.locator("#detail-command").textContent()) === `aloud history show ${id}`, "the command is wrong");
  await page.screenshot({ path: `${folder}/detail.png` });
  await page.locator("#close").click();
  expect(await page.locator("#detail").isHidden(), "Close does not close");

  await page.context().close();
}
{
  const page = await open(1440, "light");
  let stops = 0;
  const focused = () => page.evaluate(() => document.activeElement.closest(".chart")?.dataset.measure + " " + document.activeElement.dataset?.id);
  while (stops < 10 && (await focused()).startsWith("undefined")) {
    await page.keyboard.press("Tab");
    stops++;
  }
  const last = await focused();
  expect(last.startsWith("score "), `Tab leads to ${last}`);
  await page.keyboard.press("ArrowLeft");
  const before = await focused();
  expect(before !== last && before.startsWith("score "), "the arrow key does not move");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  const first = await focused();
  expect(first !== before, "Home does not go to the first answer");
  await page.keyboard.press("Enter");
  expect((await page.locator("#detail-title").textContent()).startsWith(`Answer ${first.split(" ")[1]},`), "Enter opens another answer");
  await page.keyboard.press("Escape");
  expect(await page.locator("#detail").isHidden(), "Escape does not close");
  expect((await focused()) === first, "closing loses the place");
  await page.keyboard.press("Tab");
  expect(!(await focused()).startsWith("score "), "Tab walks through every answer");
  await page.context().close();
}

// A phone: tapping, and the details do not cover all of the page.
{
  const page = await open(360, "light", { hasTouch: true });
  await page.locator('.chart[data-measure="score"] svg').tap();
  expect(await page.locator("#detail").isVisible(), "tapping does not open the details");
  const box = await page.locator("#detail").boundingBox();
  expect(box.height <= 0.62 * 900 && box.width <= 360, `the details take ${box.width} x ${box.height}`);
  await page.screenshot({ path: `${folder}/detail-360.png` });
  await page.context().close();
}

// Without scripts the charts are there, and a point leads to its line.
{
  const page = await open(1440, "light", { javaScriptEnabled: false });
  const point = page.locator('.chart[data-measure="score"] a').nth(1);
  const id = await point.getAttribute("data-id");
  await point.click();
  expect(page.url().endsWith(`#answer-${id}`), "without scripts a point leads nowhere");
  await page.context().close();
}

// Nothing from outside becomes part of the page.
{
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const styles = await page.evaluate(() => document.querySelectorAll("[style]").length);
  expect(styles === 0, `${styles} styles in the page's elements`);
  await nothingFromOutside(page, expect);
  await context.close();
}

// On paper.
{
  const page = await open(1440, "dark");
  await page.pdf({ path: `${folder}/page.pdf`, format: "A4", margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
  const pdf = readFileSync(`${folder}/page.pdf`, "latin1");
  expect(pdf.startsWith("%PDF") && pdf.length > 20000, "the PDF is empty");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: 794, height: 1123 });
  const paper = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    background: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    charts: [...document.querySelectorAll(".chart")].every((c) => c.getBoundingClientRect().height > 100),
  }));
  expect(paper.wide <= 794, `on paper it is ${paper.wide} wide`);
  expect(contrast(paper.background, paper.ink) > 12, `on paper: ${paper.ink} on ${paper.background}`);
  expect(paper.charts, "charts are missing on paper");
  await page.screenshot({ path: `${folder}/print.png`, fullPage: true });
  await page.context().close();
}

await browser.close();
for (const fault of faults) console.log(fault);
process.exit(faults.length === 0 ? 0 : 1);
